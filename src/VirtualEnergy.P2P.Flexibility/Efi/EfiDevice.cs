using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>
/// What is known of a device from the messages so far: the order in which they may come, and what in each rests on earlier ones. Immutable;
/// a refused message leaves it as it was.
/// </summary>
/// <remarks>
/// Registration first, of one category; then updates of that category; a status only after the description it speaks of; an instruction only
/// on the update that is in force. An instruction in an emergency is not held to transitions, timers and curtailment ranges: the device alone
/// says what it safely can.
/// </remarks>
public sealed record EfiDevice
{
    private EfiDevice()
    {
    }

    /// <summary>Nothing is known yet.</summary>
    public static EfiDevice Unknown { get; } = new();

    public FlexibilityRegistration? Registration { get; private init; }

    /// <summary>Shiftable: the job. Inflexible: the curtailment options. Storage and adjustable: the system description.</summary>
    public FlexibilityUpdate? Offer { get; private init; }

    public InflexibleForecast? Forecast { get; private init; }

    public StorageStatus? StorageStatus { get; private init; }

    public StorageFillLevelTargetProfile? Target { get; private init; }

    public StorageUsageForecast? Usage { get; private init; }

    public AdjustableStatus? AdjustableStatus { get; private init; }

    public Measurement? Measurement { get; private init; }

    public ImmutableDictionary<Identifier, InstructionStatus> Instructions { get; private init; } = ImmutableDictionary<Identifier, InstructionStatus>.Empty;

    /// <summary>What is known after a message.</summary>
    /// <param name="problem">Why the message is refused; null when it was taken.</param>
    public EfiDevice After(EfiMessage message, out string? problem)
    {
        problem = Registration is { } known && known.Header.ResourceId != message.Header.ResourceId
            ? $"the device is {known.Header.ResourceId}, not {message.Header.ResourceId}"
            : Registration is null && message is not FlexibilityRegistration ? "the device has not registered"
            : message switch
            {
                FlexibilityUpdate update => ProblemOf(update),
                EfiInstruction instruction => ProblemOf(instruction),
                InstructionStatusUpdate { InstructionId: var id, Status: var status } => ProblemOf(id, status),
                InstructionRevoke revoke => ProblemOf(revoke.InstructionId, InstructionStatus.Revoked),
                _ => null,
            };
        return problem is null ? Taken(message) : this;
    }

    private EfiDevice Taken(EfiMessage message) => message switch
    {
        FlexibilityRegistration registration => new EfiDevice { Registration = registration },
        InflexibleForecast forecast => this with { Forecast = forecast },
        StorageStatus status => this with { StorageStatus = status },
        StorageFillLevelTargetProfile target => this with { Target = target },
        StorageUsageForecast usage => this with { Usage = usage },
        AdjustableStatus status => this with { AdjustableStatus = status },

        // A new description outdates what was said in terms of the old one.
        FlexibilityUpdate offer => this with { Offer = offer, StorageStatus = null, AdjustableStatus = null },
        Measurement measurement => this with { Measurement = measurement },
        EfiInstruction instruction => this with { Instructions = Instructions.Add(instruction.InstructionId, InstructionStatus.New) },
        InstructionStatusUpdate update => this with { Instructions = Instructions.SetItem(update.InstructionId, update.Status) },
        InstructionRevoke revoke => this with { Instructions = Instructions.SetItem(revoke.InstructionId, InstructionStatus.Revoked) },
        FlexibilityRevoke => new EfiDevice { Registration = Registration, Measurement = Measurement },
        _ => this,
    };

    private string? ProblemOf(Identifier instruction, InstructionStatus next) =>
        !Instructions.TryGetValue(instruction, out var status) ? $"there is no instruction {instruction}"
        : !status.MayBecome(next) ? $"instruction {instruction} is {status} and cannot become {next}"
        : null;

    private string? ProblemOf(FlexibilityUpdate update) => (Registration, update) switch
    {
        (InflexibleRegistration, InflexibleForecast or InflexibleCurtailmentOptions) => Stale(update),
        (ShiftableRegistration, ShiftableUpdate) => Stale(update),
        (StorageRegistration registration, StorageSystemDescription description) =>
            description.Actuators.Where(actuator => registration.Actuators.All(known => known.Id != actuator.ActuatorId))
                .Select(actuator => $"there is no actuator {actuator.ActuatorId}").FirstOrDefault() ?? Stale(update),
        (StorageRegistration, StorageStatus status) => Offer is StorageSystemDescription description
            ? status.Actuators.Select(actuator => ProblemOf(actuator, description)).FirstOrDefault(problem => problem is not null)
            : "there is no system description yet",
        (StorageRegistration, StorageFillLevelTargetProfile or StorageUsageForecast) => null,
        (AdjustableRegistration, AdjustableSystemDescription) => Stale(update),
        (AdjustableRegistration, AdjustableStatus status) => Offer is AdjustableSystemDescription description
            ? ProblemOf(status.CurrentRunningMode, status.PreviousRunningMode, status.Timers, description.Graph)
            : "there is no system description yet",
        _ => $"{update.GetType().Name} is not of the category that was registered",
    };

    private string? Stale(FlexibilityUpdate update) =>
        Offer is { } current && current.GetType() == update.GetType() && update.ValidFrom < current.ValidFrom
            ? $"it holds from {update.ValidFrom:O}, before {current.ValidFrom:O}, from which the one in force holds"
            : null;

    private static string? ProblemOf(ActuatorStatus status, StorageSystemDescription description) =>
        description.Actuators.FirstOrDefault(actuator => actuator.ActuatorId == status.ActuatorId) is { } actuator
            ? ProblemOf(status.CurrentRunningMode, status.PreviousRunningMode, status.Timers, actuator.Graph)
            : $"there is no actuator {status.ActuatorId}";

    private static string? ProblemOf(int mode, int? previous, ValueList<TimerUpdate> timers, RunningModeGraph graph) =>
        !graph.Modes.Contains(mode) ? $"there is no running mode {mode}"
        : previous is { } before && !graph.Modes.Contains(before) ? $"there is no running mode {before}"
        : timers.Where(timer => graph.Timers.All(known => known.Id != timer.TimerId)).Select(timer => $"there is no timer {timer.TimerId}").FirstOrDefault();

    private string? ProblemOf(EfiInstruction instruction)
    {
        if (Instructions.ContainsKey(instruction.InstructionId))
        {
            return $"there is an instruction {instruction.InstructionId} already";
        }

        if (Offer is null || Offer.UpdateId != instruction.UpdateId)
        {
            return $"update {instruction.UpdateId} is not in force";
        }

        return (instruction, Offer) switch
        {
            (InflexibleInstruction curtail, InflexibleCurtailmentOptions options) => instruction.IsEmergency ? null
                : options.Options.FirstOrDefault(option => option.Quantity == curtail.Curtailment.Quantity) is { } option ? curtail.Curtailment.ProblemUnder(option)
                : $"{curtail.Curtailment.Quantity} cannot be curtailed",
            (ShiftableInstruction start, ShiftableUpdate job) => start.ProblemUnder(job),
            (StorageInstruction storage, StorageSystemDescription description) =>
                storage.Actuators.Select(actuator => ProblemOf(actuator, description, instruction.IsEmergency)).FirstOrDefault(problem => problem is not null),
            (AdjustableInstruction adjust, AdjustableSystemDescription description) => ProblemOf(
                description.Graph, AdjustableStatus?.CurrentRunningMode, AdjustableStatus?.Timers ?? default, adjust.RunningModeId, adjust.StartTime, instruction.IsEmergency)
                ?? FactorProblem(adjust.Factor, description[adjust.RunningModeId].IsContinuous),
            _ => $"{instruction.GetType().Name} is not of the category that was registered",
        };
    }

    private string? ProblemOf(ActuatorInstruction instruction, StorageSystemDescription description, bool emergency)
    {
        if (description.Actuators.FirstOrDefault(actuator => actuator.ActuatorId == instruction.ActuatorId) is not { } behaviour)
        {
            return $"there is no actuator {instruction.ActuatorId}";
        }

        var status = StorageStatus?.Actuators.FirstOrDefault(actuator => actuator.ActuatorId == instruction.ActuatorId);
        return ProblemOf(behaviour.Graph, status?.CurrentRunningMode, status?.Timers ?? default, instruction.RunningModeId, instruction.StartTime, emergency)
            ?? FactorProblem(instruction.Factor, behaviour[instruction.RunningModeId].IsContinuous);
    }

    private static string? ProblemOf(
        RunningModeGraph graph, int? active, ValueList<TimerUpdate> timers, int wanted, DateTimeOffset at, bool emergency) =>
        !graph.Modes.Contains(wanted) ? $"there is no running mode {wanted}"
        : emergency ? null
        : active is null ? "the device has not told in which running mode it is"
        : graph.ProblemWith(active.Value, wanted, at, timers.ToDictionary(timer => timer.TimerId, timer => timer.FinishedAt));

    private static string? FactorProblem(RunningModeFactor? factor, bool continuous) => (factor, continuous) switch
    {
        (not null, false) => "a discrete running mode has no factor",
        (null, true) => "a continuous running mode needs a factor",
        _ => null,
    };
}
