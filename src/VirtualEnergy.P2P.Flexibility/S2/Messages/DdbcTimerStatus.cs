namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>When a timer of an actuator runs down, or ran down.</summary>
public sealed record DdbcTimerStatus(Identifier MessageId, Identifier TimerId, Identifier ActuatorId, DateTimeOffset FinishedAt) : S2Request(MessageId);
