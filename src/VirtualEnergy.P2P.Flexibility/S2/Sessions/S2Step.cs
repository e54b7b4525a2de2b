using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>What a session wants done after something happened: messages to send in order, news for its host, and whether it is over.</summary>
/// <param name="Closed">Why the session is over; the messages are still sent. Null while it goes on.</param>
public sealed record S2Step(ImmutableArray<S2Message> Send, ImmutableArray<S2Event> Events, string? Closed);

/// <summary>News from a session.</summary>
public abstract record S2Event;

/// <summary>The peer's message was taken.</summary>
public sealed record S2Taken(S2Request Message) : S2Event;

/// <summary>The peer's message was refused.</summary>
public sealed record S2Refused(S2Refusal Refusal) : S2Event;

/// <summary>The peer refused a message of ours.</summary>
public sealed record S2RefusedByPeer(S2Request Message, S2Refusal Refusal) : S2Event;

/// <summary>What a peer may do, and how long it may take.</summary>
/// <param name="MessagesPerMinute">More is a flood, and ends the session.</param>
/// <param name="RefusalsPerMinute">More messages that must be refused end it too.</param>
/// <param name="AnswerWithin">A message of ours without a reception status for longer ends it.</param>
/// <param name="HandshakeWithin">From connecting until a version is agreed and the device has told who it is.</param>
/// <param name="MostAttempts">How often a message is sent that meets a temporary error.</param>
public sealed record S2Limits(int MessagesPerMinute, int RefusalsPerMinute, TimeSpan AnswerWithin, TimeSpan HandshakeWithin, int MostAttempts)
{
    public static S2Limits Default { get; } = new(600, 30, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), 3);
}
