using System.Net;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Frames;
using VirtualEnergy.P2P.Iec104.Stations;

namespace VirtualEnergy.P2P.Tests.Iec104;

/// <summary>A peer that sends I frames without end and acknowledges none.</summary>
internal sealed class FloodingStation
{
    public FloodingStation(StationPair pair)
    {
        Station = pair.Controlled.Accept(new Peer(new IPEndPoint(IPAddress.Parse("203.0.113.7"), 50_000)))!;
        Station.Receive(Convert.FromHexString("680407000000"));
    }

    public ControlledConnection Station { get; }

    /// <returns>How many frames were taken until the station closed the connection.</returns>
    public int SendUntilClosed(in InformationObject item, int most)
    {
        var asdu = AsduWriter.Single(item, new CauseOfTransmission(Cause.Activation), StationPair.Address);
        var (frame, sink, number) = (new byte[Apci.Size + asdu.Length], new byte[4_096], new SequenceNumber(0));
        asdu.CopyTo(frame.AsSpan(Apci.Size));
        var sent = 0;
        for (; sent < most && !Station.IsClosed; sent++, number = number.Next)
        {
            Apci.Information(number, default).Write(frame, asdu.Length);
            Station.Receive(frame);
            while (Station.TakeOutput(sink) > 0)
            {
            }
        }

        return sent;
    }
}
