namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Switch an actuator to this mode.</summary>
public sealed record DdbcInstruction(
    Identifier MessageId, Identifier Id, DateTimeOffset ExecutionTime, bool AbnormalCondition, Identifier ActuatorId, Identifier OperationModeId,
    FiniteNumber OperationModeFactor)
    : S2Instruction(MessageId, Id, ExecutionTime, AbnormalCondition);
