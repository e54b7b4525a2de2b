namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>The mode that is active.</summary>
public sealed record OmbcStatus(
    Identifier MessageId, Identifier ActiveOperationModeId, FiniteNumber OperationModeFactor, Identifier? PreviousOperationModeId = null,
    DateTimeOffset? TransitionTimestamp = null)
    : S2Request(MessageId);
