namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The mode in which an actuator is.</summary>
public sealed record DdbcActuatorStatus(
    Identifier MessageId, Identifier ActuatorId, Identifier ActiveOperationModeId, FiniteNumber OperationModeFactor,
    Identifier? PreviousOperationModeId = null, DateTimeOffset? TransitionTimestamp = null)
    : S2Request(MessageId);
