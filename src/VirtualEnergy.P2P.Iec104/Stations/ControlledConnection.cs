using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Frames;
using VirtualEnergy.P2P.Iec104.Link;

namespace VirtualEnergy.P2P.Iec104.Stations;

/// <summary>A controlling station's connection to a <see cref="ControlledStation"/>.</summary>
public sealed partial class ControlledConnection : StationConnection
{
    /// <summary>Answers, interrogations apart, that may wait for the peer to acknowledge: far more than a station that listens ever leaves.</summary>
    private const int MostWaiting = 1_024;

    private readonly ControlledStation _station;
    private readonly ConnectionGroup _group;
    private readonly LinkedList<Waiting> _waiting = new();
    private readonly Queue<long> _sent = new();
    private long _confirmed;
    private int _answers;

    internal ControlledConnection(ControlledStation station, ConnectionGroup group, string peer)
        : base(LinkRole.Controlled, station.Options.Link, station.Time, station.Gate)
    {
        _station = station;
        _group = group;
        Peer = peer;
    }

    public string Peer { get; }

    /// <param name="AfterEvent">It is sent when the events before this number are: an interrogation's values must not be overtaken by older ones.</param>
    /// <param name="Interrogation">Which interrogation it answers; 0 for none.</param>
    private sealed record Waiting(byte[] Asdu, long AfterEvent, int Interrogation, bool IsLast);

    /// <summary>There are new events; the station's lock is held.</summary>
    internal void SendWaiting() => Settle();

    private protected override void OnEvent(LinkEvent happened, ReadOnlySpan<byte> asdu)
    {
        switch (happened)
        {
            case LinkEvent.Asdu:
                OnAsdu(asdu);
                break;
            case LinkEvent.StartRequested:
                OnStart();
                break;
            case LinkEvent.Stopped:
                Leave(NoticeKind.Stopped);
                break;
        }
    }

    private protected override void Pump()
    {
        ConfirmSent();
        Span<byte> target = stackalloc byte[Apci.MaxAsdu];
        while (Link.CanSend)
        {
            var answer = _waiting.First?.Value;
            if (answer is not null && answer.AfterEvent <= _group.Events.Next)
            {
                _waiting.RemoveFirst();
                _answers -= answer.Interrogation == 0 ? 1 : 0;
                if (answer.IsLast)
                {
                    _interrogations.Remove(answer.Interrogation);
                }

                Link.TrySend(answer.Asdu);
                _sent.Enqueue(0);
                continue;
            }

            var events = _group.Events.Pack(target);
            if (events.IsEmpty)
            {
                return;
            }

            Link.TrySend(events);
            _sent.Enqueue(_group.Events.Next);
        }
    }

    private protected override void OnClosed()
    {
        ConfirmSent();
        Leave(NoticeKind.Closed);
        _station.Remove(this, _group);
    }

    private void OnStart()
    {
        if (_group.Active is { } other && other != this)
        {
            if (_group.Rules.SecondStart == SecondStart.IsRefused)
            {
                Link.Close(LinkCloseReason.AnotherStationActive);
                return;
            }

            other.Close(LinkCloseReason.TakenOver);
        }

        _group.Active = this;
        Link.ConfirmStart();
        _station.Say(new StationNotice(NoticeKind.Started, Peer, _group.Rules.Name));
        if (_group.Events.Dropped > _group.DroppedSaid)
        {
            _station.SayDropped(_group);
        }

        if (_station.Options.SendsEndOfInitialization && _station.BeginInitialized())
        {
            foreach (var address in _station.Image.Addresses)
            {
                Answer(AsduWriter.Single(InformationObject.EndOfInitialization(0), new CauseOfTransmission(Cause.Initialized), address));
            }
        }
    }

    // What the peer acknowledged is gone from the buffer; the link says how many frames that is.
    private void ConfirmSent()
    {
        for (; _confirmed < Link.Acknowledged; _confirmed++)
        {
            _group.Events.Confirm(_sent.Dequeue());
        }
    }

    private void Leave(NoticeKind kind)
    {
        ConfirmSent();
        _waiting.Clear();
        _interrogations.Clear();
        _answers = 0;
        if (_group.Active == this)
        {
            _group.Active = null;
            _group.Events.Rewind();
        }

        _station.Say(kind == NoticeKind.Closed ? StationNotice.Closed(Peer, Link) : new StationNotice(kind, Peer, ""));
    }

    private void Answer(byte[] asdu)
    {
        if (++_answers > MostWaiting)
        {
            Link.Close(LinkCloseReason.Flood);
            return;
        }

        _waiting.AddLast(new Waiting(asdu, 0, 0, IsLast: false));
    }
}
