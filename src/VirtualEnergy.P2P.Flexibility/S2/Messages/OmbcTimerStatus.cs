namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>When a timer runs down, or ran down.</summary>
public sealed record OmbcTimerStatus(Identifier MessageId, Identifier TimerId, DateTimeOffset FinishedAt) : S2Request(MessageId);
