using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Content;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>
/// One side of an S2 session as a state machine without clock, chance or socket: payloads and moments go in, messages and news come out.
/// </summary>
/// <remarks>
/// Every message of the peer gets a reception status, except reception statuses. What is wrong changes nothing here. A peer that floods, never
/// answers or keeps sending what must be refused loses the session, never more.
/// </remarks>
public abstract class S2Session
{
    private readonly IdentifierSequence _ids;
    private readonly Dictionary<Identifier, Pending> _pending = [];
    private readonly Queue<DateTimeOffset> _received = new();
    private readonly Queue<DateTimeOffset> _refused = new();
    private readonly List<S2Message> _send = [];
    private readonly List<S2Event> _events = [];
    private DateTimeOffset? _opened;

    /// <param name="seed">Makes this session's ids unlike those of any other.</param>
    private protected S2Session(S2Limits limits, Guid seed) => (Limits, _ids) = (limits, new IdentifierSequence(seed));

    /// <summary>Why the session is over; null while it goes on.</summary>
    public string? Closed { get; private set; }

    /// <summary>The version that was agreed; null before.</summary>
    public string? Version { get; private protected set; }

    /// <summary>What both sides know of the device.</summary>
    public S2Resource Resource { get; private set; } = S2Resource.Unknown;

    private protected S2Limits Limits { get; }

    /// <summary>True when a version is agreed and the device has told who it is.</summary>
    public bool IsEstablished => Version is not null && Resource.Details is not null;

    private protected bool PeerGreeted { get; private set; }

    private protected abstract EnergyManagementRole Role { get; }

    /// <summary>The connection stands: the first message.</summary>
    public S2Step Open(DateTimeOffset now)
    {
        _opened = now;
        Queue(Greeting(), now);
        return Done();
    }

    /// <summary>A payload came.</summary>
    public S2Step Receive(ReadOnlyMemory<byte> payload, DateTimeOffset now)
    {
        if (Closed is null && !IsWithin(_received, Limits.MessagesPerMinute, now))
        {
            Close($"the peer sent more than {Limits.MessagesPerMinute} messages within a minute");
        }

        if (Closed is not null)
        {
            return Done();
        }

        var reading = S2Codec.Read(payload);
        switch (reading.Message)
        {
            case ReceptionStatus status:
                Answered(status, now);
                break;
            case S2Request request:
                var refusal = RefusalOf(request, now);
                Answer(request.MessageId, refusal, now);
                if (refusal is null)
                {
                    _events.Add(new S2Taken(request));
                    Follow(request, now);
                }

                break;
            default:
                Answer(reading.Subject, reading.Refusal, now);
                break;
        }

        return Done();
    }

    /// <summary>Time went by; call it about every second.</summary>
    public S2Step Tick(DateTimeOffset now)
    {
        if (Closed is null && !IsEstablished && now - _opened > Limits.HandshakeWithin)
        {
            Close($"no handshake within {Limits.HandshakeWithin.TotalSeconds} s");
        }
        else if (Closed is null && _pending.Values.FirstOrDefault(pending => now - pending.SentAt > Limits.AnswerWithin) is { } silent)
        {
            Close($"no answer to {silent.Message.GetType().Name} within {Limits.AnswerWithin.TotalSeconds} s");
        }

        return Done();
    }

    /// <summary>Sends a message of our own, when it makes sense by what was said so far.</summary>
    /// <param name="make">Makes the message with the id that it gets.</param>
    /// <param name="problem">Why it is not sent; null when it is.</param>
    public S2Step Send(Func<Identifier, S2Request> make, DateTimeOffset now, out string? problem)
    {
        var message = make(NextId());
        problem = Closed is not null ? $"the session is over: {Closed}"
            : !S2Directions.MaySend(Role, message) ? $"a {Role} does not send {message.GetType().Name}"
            : message is not SessionRequest && !IsEstablished ? "the session is not established"
            : S2Content.ProblemOf(message) ?? Apply(message, now);
        if (problem is null)
        {
            Queue(message, now);
        }

        return Done();
    }

    /// <summary>Ends the session, politely.</summary>
    public S2Step Terminate(string reason, DateTimeOffset now)
    {
        if (Closed is null)
        {
            Queue(new SessionRequest(NextId(), SessionRequestKind.Terminate, reason), now);
            Close(reason);
        }

        return Done();
    }

    /// <summary>An id that this session has not used.</summary>
    public Identifier NextId() => _ids.Next();

    private protected abstract S2Request Greeting();

    /// <summary>What the role has against a message that makes sense by itself; null when nothing.</summary>
    private protected abstract S2Refusal? Negotiate(S2Request request);

    /// <summary>What the role does after it took a message.</summary>
    private protected abstract void Follow(S2Request request, DateTimeOffset now);

    private protected void Queue(S2Request message, DateTimeOffset now)
    {
        _send.Add(message);
        _pending[message.MessageId] = new Pending(message, now, 1);
    }

    private protected string? Apply(S2Message message, DateTimeOffset now)
    {
        if (message is Handshake or HandshakeResponse or SessionRequest)
        {
            return null;
        }

        Resource = Resource.After(message, now, out var problem);
        return problem;
    }

    private protected void Close(string reason) => Closed ??= reason;

    private protected static S2Refusal Invalid(string diagnostic) => new(ReceptionStatusValue.InvalidContent, diagnostic);

    private S2Refusal? RefusalOf(S2Request request, DateTimeOffset now)
    {
        if (!S2Directions.MaySend(Role == EnergyManagementRole.Cem ? EnergyManagementRole.Rm : EnergyManagementRole.Cem, request))
        {
            return Invalid($"not a message for a {Role}");
        }

        if (S2Content.ProblemOf(request) is { } content)
        {
            return Invalid(content);
        }

        if (request is not (Handshake or HandshakeResponse or SessionRequest) && Version is null)
        {
            return Invalid("no protocol version is agreed yet");
        }

        if (request is Handshake && PeerGreeted)
        {
            return Invalid("the handshake is over");
        }

        if (Negotiate(request) is { } refusal)
        {
            return refusal;
        }

        if (Apply(request, now) is { } problem)
        {
            return Invalid(problem);
        }

        PeerGreeted |= request is Handshake;
        if (request is SessionRequest session)
        {
            Close($"the peer asked to {(session.Request == SessionRequestKind.Reconnect ? "reconnect" : "part")}: {session.DiagnosticLabel ?? "no reason"}");
        }

        return null;
    }

    private void Answer(Identifier? subject, S2Refusal? refusal, DateTimeOffset now)
    {
        if (subject is { } id)
        {
            _send.Add(new ReceptionStatus(id, refusal?.Status ?? ReceptionStatusValue.Ok, refusal?.Diagnostic));
        }

        if (refusal is null)
        {
            return;
        }

        _events.Add(new S2Refused(refusal));
        if (refusal.Status == ReceptionStatusValue.PermanentError)
        {
            Close(refusal.Diagnostic);
        }
        else if (!IsWithin(_refused, Limits.RefusalsPerMinute, now))
        {
            Close($"more than {Limits.RefusalsPerMinute} messages of the peer had to be refused within a minute");
        }
    }

    private void Answered(ReceptionStatus status, DateTimeOffset now)
    {
        // An answer to what was never sent, or was answered already, means nothing.
        if (!_pending.Remove(status.SubjectMessageId, out var pending) || status.Status == ReceptionStatusValue.Ok)
        {
            return;
        }

        var refusal = new S2Refusal(status.Status, status.DiagnosticLabel ?? "");
        if (status.Status == ReceptionStatusValue.TemporaryError && pending.Attempts < Limits.MostAttempts)
        {
            _send.Add(pending.Message);
            _pending[pending.Message.MessageId] = pending with { SentAt = now, Attempts = pending.Attempts + 1 };
            return;
        }

        _events.Add(new S2RefusedByPeer(pending.Message, refusal));
        if (pending.Message is S2Instruction instruction && Resource.Instructions.TryGetValue(instruction.Id, out var record) && record.Status.MayBecome(InstructionStatus.Rejected))
        {
            Apply(new InstructionStatusUpdate(instruction.MessageId, instruction.Id, InstructionStatus.Rejected, now), now);
        }

        if (status.Status == ReceptionStatusValue.PermanentError)
        {
            Close($"the peer gave up: {refusal.Diagnostic}");
        }
        else if (pending.Message is Handshake or HandshakeResponse or ResourceManagerDetails)
        {
            Close($"the peer refused {pending.Message.GetType().Name}: {refusal.Diagnostic}");
        }
    }

    private static bool IsWithin(Queue<DateTimeOffset> moments, int most, DateTimeOffset now)
    {
        while (moments.Count > 0 && now - moments.Peek() >= TimeSpan.FromMinutes(1))
        {
            moments.Dequeue();
        }

        moments.Enqueue(now);
        return moments.Count <= most;
    }

    private S2Step Done()
    {
        var step = new S2Step([.. _send], [.. _events], Closed);
        _send.Clear();
        _events.Clear();
        return step;
    }

    private sealed record Pending(S2Request Message, DateTimeOffset SentAt, int Attempts);
}
