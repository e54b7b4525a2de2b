using System.Net;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;
using VirtualEnergy.P2P.Iec104.Transport;

namespace VirtualEnergy.P2P.Benchmarks.Iec104;

/// <summary>A controlled station with floats, listening on loopback, and controlling stations of it.</summary>
internal sealed class MeasuredLink : IAsyncDisposable
{
    public static readonly CommonAddress Address = new(1);

    private readonly ControlledStationServer _server;

    public MeasuredLink(int points, int connections = 1)
    {
        Station = new ControlledStation(
            new ControlledStationOptions { MaxConnections = connections, Groups = [new RedundancyGroup("each") { EachConnectionAlone = true }] }, TimeProvider.System);
        for (var i = 1; i <= points; i++)
        {
            Station.Define(Address, InformationObject.MeasuredShortFloat(new ObjectAddress(i), 0));
        }

        _server = ControlledStationServer.Start(Station, new IPEndPoint(IPAddress.Loopback, 0), TimeProvider.System);
    }

    public ControlledStation Station { get; }

    public ControllingStation Control(AsduHandler onAsdu) => new(
        new ControllingStationOptions { Hosts = [("127.0.0.1", _server.EndPoint.Port)], Connection = new ControllingConnectionOptions { OnAsdu = onAsdu } }, TimeProvider.System);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
