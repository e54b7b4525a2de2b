namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>A device with jobs that can wait introduces itself.</summary>
public sealed record ShiftableRegistration(
    EfiHeader Header, TimeSpan InstructionProcessingDelay, DeviceDescription Device, Currency? Currency, ValueList<EfiCommodity> SupportedCommodities)
    : FlexibilityRegistration(Header, InstructionProcessingDelay, Device, Currency)
{
    public ValueList<EfiCommodity> SupportedCommodities { get; } = Check.NotEmpty(SupportedCommodities, nameof(SupportedCommodities));
}

/// <summary>A job: steps in order, each with alternatives, the first not before <see cref="FlexibilityUpdate.ValidFrom"/>.</summary>
/// <param name="EndBefore">The last step is over by then.</param>
/// <param name="Steps">Numbered upwards, without a number twice.</param>
/// <exception cref="ArgumentException">The shortest way through the steps takes longer than there is time, or the numbers do not rise.</exception>
public sealed record ShiftableUpdate(
    EfiHeader Header, Identifier UpdateId, DateTimeOffset ValidFrom, DateTimeOffset EndBefore, ValueList<SequentialProfile> Steps)
    : FlexibilityUpdate(Header, UpdateId, ValidFrom)
{
    public ValueList<SequentialProfile> Steps { get; } = Check.Require(
        Check.NotEmpty(Steps, nameof(Steps)), Steps.Zip(Steps.Skip(1)).All(pair => pair.First.SequenceNr < pair.Second.SequenceNr), "Steps are numbered upwards.");

    public DateTimeOffset EndBefore { get; } = Check.Require(
        EndBefore, EndBefore - ValidFrom >= Shortest(Steps), $"The steps take {Shortest(Steps)}, longer than from {ValidFrom:O} to {EndBefore:O}.");

    /// <summary>The latest moment at which the first step can start so that all are over in time, pauses left out.</summary>
    public DateTimeOffset LatestStart => EndBefore - Shortest(Steps);

    private static TimeSpan Shortest(ValueList<SequentialProfile> steps) =>
        steps.Aggregate(TimeSpan.Zero, (sum, step) => sum + step.Alternatives.Min(alternative => alternative.Profiles.Duration));
}

/// <summary>A step of a job.</summary>
/// <param name="MaxIntervalBefore">The longest pause after the step before, ≥ 0; of no meaning for the first.</param>
/// <param name="Alternatives">Ways to do it, of which one is chosen.</param>
/// <exception cref="ArgumentException">No alternative, or a number twice.</exception>
public sealed record SequentialProfile(int SequenceNr, TimeSpan MaxIntervalBefore, ValueList<SequentialProfileAlternative> Alternatives)
{
    public TimeSpan MaxIntervalBefore { get; } = Check.NotNegative(MaxIntervalBefore, nameof(MaxIntervalBefore));

    public ValueList<SequentialProfileAlternative> Alternatives { get; } =
        Check.Unique(Check.NotEmpty(Alternatives, nameof(Alternatives)), alternative => alternative.AlternativeNr, nameof(Alternatives));
}

public sealed record SequentialProfileAlternative(int AlternativeNr, CommodityProfiles Profiles);

/// <summary>Start steps at these moments.</summary>
/// <exception cref="ArgumentException">No step, one twice, or one before the step that precedes it.</exception>
public sealed record ShiftableInstruction(
    EfiHeader Header, Identifier InstructionId, Identifier UpdateId, bool IsEmergency, ValueList<SequentialProfileInstruction> Starts)
    : EfiInstruction(Header, InstructionId, UpdateId, IsEmergency)
{
    public ValueList<SequentialProfileInstruction> Starts { get; } = Check.Require(
        Check.Unique(Check.NotEmpty(Starts, nameof(Starts)), start => start.SequenceNr, nameof(Starts)),
        Starts.OrderBy(start => start.SequenceNr).Zip(Starts.OrderBy(start => start.SequenceNr).Skip(1)).All(pair => pair.First.StartTime <= pair.Second.StartTime),
        "A later step starts before an earlier one.");

    /// <summary>What a job has against these starts; null when nothing.</summary>
    public string? ProblemUnder(ShiftableUpdate job)
    {
        DateTimeOffset? free = null;
        foreach (var start in Starts.OrderBy(start => start.SequenceNr))
        {
            if (job.Steps.FirstOrDefault(step => step.SequenceNr == start.SequenceNr) is not { } step)
            {
                return $"there is no step {start.SequenceNr}";
            }

            if (step.Alternatives.FirstOrDefault(way => way.AlternativeNr == start.AlternativeNr) is not { } chosen)
            {
                return $"step {start.SequenceNr} has no alternative {start.AlternativeNr}";
            }

            if (start.StartTime < (free ?? job.ValidFrom))
            {
                return $"step {start.SequenceNr} cannot start before {free ?? job.ValidFrom:O}";
            }

            if (free is { } end && start.StartTime > end + step.MaxIntervalBefore)
            {
                return $"step {start.SequenceNr} may wait {step.MaxIntervalBefore} after the one before, not longer";
            }

            free = start.StartTime + chosen.Profiles.Duration;
        }

        return free > job.EndBefore ? $"it would be over at {free:O}, after {job.EndBefore:O}" : null;
    }
}

/// <param name="StartTime">When the step starts.</param>
public sealed record SequentialProfileInstruction(int SequenceNr, int AlternativeNr, DateTimeOffset StartTime);
