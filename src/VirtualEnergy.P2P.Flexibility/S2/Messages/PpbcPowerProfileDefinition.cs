using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Flexibility.S2.Messages;

/// <summary>A job of one or more steps that has to be done between two moments.</summary>
/// <param name="PowerSequencesContainers">The steps, in order.</param>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PpbcPowerProfileDefinition(
    Identifier MessageId, Identifier Id, DateTimeOffset StartTime, DateTimeOffset EndTime, ValueList<PpbcPowerSequenceContainer> PowerSequencesContainers)
    : S2Request(MessageId)
{
    public ValueList<PpbcPowerSequenceContainer> PowerSequencesContainers { get; } = PowerSequencesContainers.Counting(1, 1000, nameof(PowerSequencesContainers));
}

/// <summary>A step of the job: alternatives of which one is chosen.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PpbcPowerSequenceContainer(Identifier Id, ValueList<PpbcPowerSequence> PowerSequences)
{
    public ValueList<PpbcPowerSequence> PowerSequences { get; } = PowerSequences.Counting(1, 288, nameof(PowerSequences));
}

/// <summary>One way to do a step.</summary>
/// <param name="MaxPauseBefore">The longest wait after the step before.</param>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PpbcPowerSequence(
    Identifier Id, ValueList<PpbcPowerSequenceElement> Elements, bool IsInterruptible, bool AbnormalConditionOnly, S2Duration? MaxPauseBefore = null)
{
    public ValueList<PpbcPowerSequenceElement> Elements { get; } = Elements.Counting(1, 288, nameof(Elements));

    /// <summary>How long it runs, pauses left out.</summary>
    [JsonIgnore]
    public long Milliseconds => Elements.Sum(element => element.Duration.Milliseconds);
}

/// <summary>The power for a while.</summary>
/// <exception cref="ArgumentException">A list is shorter or longer than the schema allows.</exception>
public sealed record PpbcPowerSequenceElement(S2Duration Duration, ValueList<PowerForecastValue> PowerValues)
{
    public ValueList<PowerForecastValue> PowerValues { get; } = PowerValues.Counting(1, 10, nameof(PowerValues));
}
