using System.Net;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Stations;

namespace VirtualEnergy.P2P.Tests.Iec104;

/// <summary>A controlled station and controlling stations joined by arrays of bytes, with a clock that stands until it is moved.</summary>
internal sealed class StationPair
{
    public static readonly CommonAddress Address = new(5);

    public StationPair(ControlledStationOptions? options = null)
    {
        Controlled = new ControlledStation((options ?? new ControlledStationOptions()) with { OnNotice = Notices.Add }, Time);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 29, 15, 0, 0, TimeSpan.Zero));

    public ControlledStation Controlled { get; }

    public List<StationNotice> Notices { get; } = [];

    public Wire Connect(string address = "192.0.2.1", ControllingConnectionOptions? options = null) => new(this, address, options);

    public InformationObject Float(int address, float value, bool timed = false) =>
        InformationObject.MeasuredShortFloat(new ObjectAddress(address), value, time: timed ? Cp56Time2a.FromUtc(Time.GetUtcNow()) : null);

    /// <summary>One connection; everything that the controlling end heard.</summary>
    internal sealed class Wire
    {
        private readonly StationPair _pair;

        public Wire(StationPair pair, string address, ControllingConnectionOptions? options)
        {
            _pair = pair;
            Station = pair.Controlled.Accept(new Peer(new IPEndPoint(IPAddress.Parse(address), 50_000)));
            Control = new ControllingConnection((options ?? new ControllingConnectionOptions()) with { OnAsdu = Hear }, pair.Time);
        }

        public ControlledConnection? Station { get; }

        public ControllingConnection Control { get; }

        /// <summary>Cause with its sign, and object.</summary>
        public List<(Cause Cause, bool Negative, InformationObject Object)> Heard { get; } = [];

        /// <summary>ASDUs, by type and number of objects.</summary>
        public List<(AsduType Type, int Count, bool Sequence)> Asdus { get; } = [];

        /// <summary>What was sent in the controlling direction while the wire is cut is lost, and the other way as well.</summary>
        public bool IsCut { get; set; }

        /// <summary>Moves bytes until both ends have nothing to say.</summary>
        public Wire Run()
        {
            var buffer = new byte[100];
            bool moved;
            do
            {
                moved = Move(Control, Station!, buffer) | Move(Station!, Control, buffer);
            }
            while (moved);
            return this;
        }

        public Wire Pass(TimeSpan time)
        {
            _pair.Time.Advance(time);
            Control.Tick();
            Station!.Tick();
            return Run();
        }

        private bool Move(StationConnection from, StationConnection to, byte[] buffer)
        {
            var count = from.TakeOutput(buffer);
            if (count > 0 && !IsCut)
            {
                to.Receive(buffer.AsSpan(0, count));
            }

            return count > 0;
        }

        private void Hear(in Asdu asdu)
        {
            Asdus.Add((asdu.Type, asdu.Count, asdu.IsSequence));
            foreach (var item in asdu)
            {
                Heard.Add((asdu.Cause.Cause, asdu.Cause.IsNegative, item));
            }
        }
    }
}
