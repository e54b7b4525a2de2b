using VirtualEnergy.P2P.Iec104.Frames;

namespace VirtualEnergy.P2P.Iec104.Link;

/// <summary>The state machine of one connection, for both roles, without a socket: bytes in, events and bytes out.</summary>
/// <remarks>
/// The caller reads what arrives, writes <see cref="Output"/> to the transport, and calls <see cref="Tick"/> when <see cref="Deadline"/> is
/// reached. Time comes from the injected provider only. Not thread-safe. Modelled on IEC 60870-5-104, 5: numbering with acknowledgement
/// after w frames or t2, at most k frames under way, t1 on everything that must be answered, a test frame after t3 of silence.
/// </remarks>
public sealed class LinkSession
{
    private readonly Framer _framer = new();
    private readonly OutputBuffer _output = new();
    private readonly Queue<long> _sentAt = new();
    private readonly TimeProvider _time;
    private readonly LinkTimes _times;
    private readonly LinkParameters _parameters;

    private SequenceNumber _send;
    private SequenceNumber _receive;
    private int _unacknowledgedReceived;
    private long _oldestReceivedAt;
    private long _lastHeardAt;
    private LinkFunction _asked;
    private long _askedAt;
    private bool _testing;
    private long _testedAt;

    public LinkSession(LinkRole role, LinkParameters parameters, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(time);
        Role = role;
        _parameters = parameters.Consistent();
        _time = time;
        _times = new LinkTimes(parameters, time);
        _lastHeardAt = time.GetTimestamp();
    }

    public LinkRole Role { get; }

    public LinkState State { get; private set; }

    /// <summary>Why the link is closed; <see cref="LinkCloseReason.None"/> while it is not.</summary>
    public LinkCloseReason CloseReason { get; private set; }

    /// <summary>With <see cref="LinkCloseReason.BadFrame"/>: what was wrong with it.</summary>
    public FrameFault FrameFault { get; private set; }

    /// <summary>I frames sent and not acknowledged: 0 to k.</summary>
    public int Unacknowledged => _sentAt.Count;

    /// <summary>I frames that the peer has acknowledged since the connection began; never falls.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>Whether an ASDU may be sent now: the transfer is started and fewer than k frames are under way.</summary>
    public bool CanSend => State == LinkState.Started && _sentAt.Count < _parameters.MaxUnacknowledged;

    /// <summary>What is to be written to the transport; <see cref="OutputWritten"/> takes it away.</summary>
    public ReadOnlySpan<byte> Output => _output.Pending;

    /// <summary>When <see cref="Tick"/> must be called next, as a timestamp of the provider; the largest value when the link is closed.</summary>
    public long Deadline
    {
        get
        {
            if (State == LinkState.Closed)
            {
                return long.MaxValue;
            }

            var next = _testing ? _testedAt + _times.T1 : _lastHeardAt + _times.T3;
            next = _sentAt.Count > 0 ? Math.Min(next, _sentAt.Peek() + _times.T1) : next;
            next = _asked != LinkFunction.None ? Math.Min(next, _askedAt + _times.T1) : next;
            return _unacknowledgedReceived > 0 ? Math.Min(next, _oldestReceivedAt + _times.T2) : next;
        }
    }

    public void OutputWritten(int count) => _output.Written(count);

    /// <summary>Reads up to the next event.</summary>
    /// <param name="input">Advanced past what was read; read again until the answer is <see cref="LinkEvent.None"/>.</param>
    /// <param name="asdu">With <see cref="LinkEvent.Asdu"/>: its octets, valid until the next call; not looked into yet.</param>
    public LinkEvent Read(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> asdu)
    {
        asdu = default;
        while (State != LinkState.Closed && _framer.TryRead(ref input, out var frame))
        {
            if (!Apci.TryRead(frame, out var apci, out var fault))
            {
                return Refuse(fault);
            }

            _lastHeardAt = _time.GetTimestamp();
            var happened = apci.Format == FrameFormat.U ? OnFunction(apci.Function) : OnNumbered(apci);
            if (happened != LinkEvent.None)
            {
                asdu = happened == LinkEvent.Asdu ? frame[Apci.Size..] : default;
                return happened;
            }
        }

        return State != LinkState.Closed && _framer.Fault != FrameFault.None ? Refuse(_framer.Fault) : LinkEvent.None;
    }

    /// <summary>Asks the controlled station to start the transfer.</summary>
    public void RequestStart() => Ask(LinkFunction.StartActivation, LinkState.Stopped, LinkState.Starting);

    /// <summary>Asks the controlled station to stop the transfer; what was received is acknowledged first.</summary>
    public void RequestStop()
    {
        AcknowledgeReceived();
        Ask(LinkFunction.StopActivation, LinkState.Started, LinkState.Stopping);
    }

    /// <summary>The controlled station's yes to <see cref="LinkEvent.StartRequested"/>.</summary>
    public void ConfirmStart()
    {
        if (Role != LinkRole.Controlled || State != LinkState.Starting)
        {
            throw new InvalidOperationException("No start is asked for.");
        }

        State = LinkState.Started;
        Write(Apci.Unnumbered(LinkFunction.StartConfirmation));
    }

    /// <summary>Sends an ASDU in an I frame, which acknowledges all that was received.</summary>
    /// <returns>False, and nothing sent, unless <see cref="CanSend"/>.</returns>
    public bool TrySend(ReadOnlySpan<byte> asdu)
    {
        ArgumentOutOfRangeException.ThrowIfZero(asdu.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(asdu.Length, Apci.MaxAsdu);
        if (!CanSend)
        {
            return false;
        }

        _output.Add(Apci.Information(_send, _receive), asdu);
        _send = _send.Next;
        _unacknowledgedReceived = 0;
        _sentAt.Enqueue(_time.GetTimestamp());
        return true;
    }

    /// <summary>Does what is due: acknowledges, tests, or closes a link whose peer is silent.</summary>
    public LinkEvent Tick()
    {
        var now = _time.GetTimestamp();
        if (State == LinkState.Closed)
        {
            return LinkEvent.None;
        }

        if (_sentAt.Count > 0 && now - _sentAt.Peek() >= _times.T1)
        {
            return Close(LinkCloseReason.AcknowledgementTimeout);
        }

        if ((_asked != LinkFunction.None && now - _askedAt >= _times.T1) || (_testing && now - _testedAt >= _times.T1))
        {
            return Close(LinkCloseReason.ConfirmationTimeout);
        }

        if (_unacknowledgedReceived > 0 && now - _oldestReceivedAt >= _times.T2)
        {
            AcknowledgeReceived();
        }

        if (!_testing && now - _lastHeardAt >= _times.T3)
        {
            (_testing, _testedAt) = (true, now);
            Write(Apci.Unnumbered(LinkFunction.TestActivation));
        }

        return LinkEvent.None;
    }

    /// <summary>Closes the link; the first reason stays. What waits in <see cref="Output"/> may still be written.</summary>
    public LinkEvent Close(LinkCloseReason reason)
    {
        if (State == LinkState.Closed)
        {
            return LinkEvent.None;
        }

        (State, CloseReason) = (LinkState.Closed, reason);
        return LinkEvent.Closed;
    }

    private LinkEvent OnNumbered(in Apci apci)
    {
        // Numbers are checked before the state: a frame that is out of order proves nothing about the peer's intent.
        var acknowledged = apci.Receive.Since(_send) is var ahead && ahead == 0 ? _sentAt.Count : _sentAt.Count + ahead - SequenceNumber.Modulus;
        if (acknowledged < 0)
        {
            return Close(LinkCloseReason.AcknowledgementOutOfRange);
        }

        for (var i = 0; i < acknowledged; i++)
        {
            _sentAt.Dequeue();
        }

        Acknowledged += acknowledged;
        if (apci.Format == FrameFormat.S)
        {
            return CompleteStop();
        }

        if (apci.Send != _receive)
        {
            return Close(LinkCloseReason.SequenceGap);
        }

        if (State is LinkState.Stopped or LinkState.Starting || (State == LinkState.Stopping && Role == LinkRole.Controlled))
        {
            return Close(LinkCloseReason.NotStarted);
        }

        _receive = _receive.Next;
        if (_unacknowledgedReceived++ == 0)
        {
            _oldestReceivedAt = _time.GetTimestamp();
        }

        // While stopping, the controlled station waits for this acknowledgement.
        if (_unacknowledgedReceived >= _parameters.AcknowledgeAfter || State == LinkState.Stopping)
        {
            AcknowledgeReceived();
        }

        return LinkEvent.Asdu;
    }

    private LinkEvent OnFunction(LinkFunction function)
    {
        switch (function)
        {
            case LinkFunction.TestActivation:
                Write(Apci.Unnumbered(LinkFunction.TestConfirmation));
                return LinkEvent.None;
            case LinkFunction.TestConfirmation:
                _testing = false;
                return LinkEvent.None;
            case LinkFunction.StartActivation or LinkFunction.StopActivation:
                return Role == LinkRole.Controlled ? OnAsked(function) : Close(LinkCloseReason.UnexpectedFunction);
            default:
                return OnConfirmed(function);
        }
    }

    private LinkEvent OnAsked(LinkFunction function)
    {
        if (function == LinkFunction.StopActivation)
        {
            AcknowledgeReceived();
            State = State == LinkState.Started ? LinkState.Stopping : State;
            if (State == LinkState.Stopped)
            {
                Write(Apci.Unnumbered(LinkFunction.StopConfirmation));
            }

            return CompleteStop();
        }

        if (State == LinkState.Started)
        {
            Write(Apci.Unnumbered(LinkFunction.StartConfirmation));
            return LinkEvent.None;
        }

        if (State != LinkState.Stopped)
        {
            return Close(LinkCloseReason.UnexpectedFunction);
        }

        State = LinkState.Starting;
        return LinkEvent.StartRequested;
    }

    private LinkEvent OnConfirmed(LinkFunction function)
    {
        var asked = function == LinkFunction.StartConfirmation ? LinkFunction.StartActivation : LinkFunction.StopActivation;
        if (_asked != asked)
        {
            return Close(LinkCloseReason.UnexpectedFunction);
        }

        _asked = LinkFunction.None;
        State = asked == LinkFunction.StartActivation ? LinkState.Started : LinkState.Stopped;
        return asked == LinkFunction.StartActivation ? LinkEvent.Started : LinkEvent.Stopped;
    }

    // The controlled station confirms a stop once all that it sent is acknowledged.
    private LinkEvent CompleteStop()
    {
        if (Role != LinkRole.Controlled || State != LinkState.Stopping || _sentAt.Count > 0)
        {
            return LinkEvent.None;
        }

        State = LinkState.Stopped;
        Write(Apci.Unnumbered(LinkFunction.StopConfirmation));
        return LinkEvent.Stopped;
    }

    private void Ask(LinkFunction function, LinkState from, LinkState to)
    {
        if (Role != LinkRole.Controlling || State != from)
        {
            throw new InvalidOperationException($"A {Role} link that is {State} cannot ask for {function}.");
        }

        (State, _asked, _askedAt) = (to, function, _time.GetTimestamp());
        Write(Apci.Unnumbered(function));
    }

    private void AcknowledgeReceived()
    {
        if (_unacknowledgedReceived > 0)
        {
            _unacknowledgedReceived = 0;
            Write(Apci.Supervisory(_receive));
        }
    }

    private LinkEvent Refuse(FrameFault fault)
    {
        FrameFault = fault;
        return Close(LinkCloseReason.BadFrame);
    }

    private void Write(in Apci apci) => _output.Add(apci, []);
}

/// <summary>The link's time-outs in ticks of a provider's timestamps.</summary>
internal readonly struct LinkTimes(LinkParameters parameters, TimeProvider time)
{
    public long T1 { get; } = Ticks(parameters.AcknowledgeTimeout, time);

    public long T2 { get; } = Ticks(parameters.AcknowledgeDelay, time);

    public long T3 { get; } = Ticks(parameters.TestInterval, time);

    // Whole seconds, so nothing is lost.
    private static long Ticks(TimeSpan span, TimeProvider time) => (long)span.TotalSeconds * time.TimestampFrequency;
}
