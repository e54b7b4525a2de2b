namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>How far an instruction has come.</summary>
public sealed record InstructionStatusUpdate(
    Identifier MessageId, Identifier InstructionId, InstructionStatus StatusType, DateTimeOffset Timestamp)
    : S2Request(MessageId);
