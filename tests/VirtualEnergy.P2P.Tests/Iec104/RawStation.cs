using System.Net;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Link;
using VirtualEnergy.P2P.Iec104.Stations;

namespace VirtualEnergy.P2P.Tests.Iec104;

/// <summary>A controlling station that keeps to the link's rules and sends whatever ASDUs it is given.</summary>
internal sealed class RawStation
{
    private readonly LinkSession _link;

    public RawStation(StationPair pair, LinkParameters? link = null)
    {
        _link = new LinkSession(LinkRole.Controlling, link ?? new LinkParameters(), pair.Time);
        Station = pair.Controlled.Accept(new Peer(new IPEndPoint(IPAddress.Parse("192.0.2.7"), 50_000)))!;
        _link.RequestStart();
        Run();
    }

    public ControlledConnection Station { get; }

    public LinkState State => _link.State;

    /// <summary>The headers of what came back.</summary>
    public List<AsduHeader> Heard { get; } = [];

    public List<string> Octets { get; } = [];

    public IEnumerable<(Cause, bool)> Causes => Heard.Select(header => (header.Cause.Cause, header.Cause.IsNegative));

    /// <summary>Octets in hexadecimal digits.</summary>
    public void Send(string asdu) => Send(Convert.FromHexString(asdu));

    public void Send(in InformationObject item, Cause cause = Cause.Activation, CommonAddress? address = null, bool test = false) =>
        Send(AsduWriter.Single(item, new CauseOfTransmission(cause, IsTest: test), address ?? StationPair.Address));

    public void Send(ReadOnlySpan<byte> asdu)
    {
        Assert(_link.TrySend(asdu));
        Run();
    }

    public void Tick()
    {
        _link.Tick();
        Station.Tick();
        Run();
    }

    private void Run()
    {
        var buffer = new byte[4_096];
        int count;
        do
        {
            Station.Receive(_link.Output);
            _link.OutputWritten(_link.Output.Length);
            count = Station.TakeOutput(buffer);
            ReadOnlySpan<byte> input = buffer.AsSpan(0, count);
            while (_link.Read(ref input, out var asdu) is var happened && happened != LinkEvent.None)
            {
                if (happened == LinkEvent.Asdu && AsduHeader.TryRead(asdu, out var header))
                {
                    Heard.Add(header);
                    Octets.Add(Convert.ToHexString(asdu));
                }
            }
        }
        while (count > 0);
    }

    private static void Assert(bool sent) => Xunit.Assert.True(sent, "The link is not started, or its window is full.");
}
