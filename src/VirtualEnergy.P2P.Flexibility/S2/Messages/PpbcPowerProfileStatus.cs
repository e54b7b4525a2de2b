namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>How far the steps of a job are.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PpbcPowerProfileStatus(
    Identifier MessageId, ValueList<PpbcPowerSequenceContainerStatus> SequenceContainerStatus)
    : S2Request(MessageId)
{
    public ValueList<PpbcPowerSequenceContainerStatus> SequenceContainerStatus { get; } = SequenceContainerStatus.Counting(1, 1000, nameof(SequenceContainerStatus));
}

/// <summary>How far one step is.</summary>
/// <param name="SelectedSequenceId">The alternative that was chosen.</param>
/// <param name="Progress">Time since it started.</param>
public sealed record PpbcPowerSequenceContainerStatus(
    Identifier PowerProfileId, Identifier SequenceContainerId, PowerSequenceState Status, Identifier? SelectedSequenceId = null, S2Duration? Progress = null);
