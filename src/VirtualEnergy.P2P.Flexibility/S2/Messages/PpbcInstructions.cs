namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>An instruction about one alternative of one step of a job.</summary>
public abstract record PpbcInstruction(
    Identifier MessageId, Identifier Id, DateTimeOffset ExecutionTime, bool AbnormalCondition,
    Identifier PowerProfileId, Identifier SequenceContainerId, Identifier PowerSequenceId)
    : S2Instruction(MessageId, Id, ExecutionTime, AbnormalCondition);

/// <summary>Start this alternative then.</summary>
public sealed record PpbcScheduleInstruction(
    Identifier MessageId, Identifier Id, DateTimeOffset ExecutionTime, bool AbnormalCondition, Identifier PowerProfileId, Identifier SequenceContainerId,
    Identifier PowerSequenceId)
    : PpbcInstruction(MessageId, Id, ExecutionTime, AbnormalCondition, PowerProfileId, SequenceContainerId, PowerSequenceId);

/// <summary>Interrupt it then.</summary>
public sealed record PpbcStartInterruptionInstruction(
    Identifier MessageId, Identifier Id, DateTimeOffset ExecutionTime, bool AbnormalCondition, Identifier PowerProfileId, Identifier SequenceContainerId,
    Identifier PowerSequenceId)
    : PpbcInstruction(MessageId, Id, ExecutionTime, AbnormalCondition, PowerProfileId, SequenceContainerId, PowerSequenceId);

/// <summary>Go on with it then.</summary>
public sealed record PpbcEndInterruptionInstruction(
    Identifier MessageId, Identifier Id, DateTimeOffset ExecutionTime, bool AbnormalCondition, Identifier PowerProfileId, Identifier SequenceContainerId,
    Identifier PowerSequenceId)
    : PpbcInstruction(MessageId, Id, ExecutionTime, AbnormalCondition, PowerProfileId, SequenceContainerId, PowerSequenceId);
