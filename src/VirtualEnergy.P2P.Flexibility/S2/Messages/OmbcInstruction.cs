namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>Switch to this mode.</summary>
public sealed record OmbcInstruction(
    Identifier MessageId, Identifier Id, DateTimeOffset ExecutionTime, bool AbnormalCondition, Identifier OperationModeId, FiniteNumber OperationModeFactor)
    : S2Instruction(MessageId, Id, ExecutionTime, AbnormalCondition);
