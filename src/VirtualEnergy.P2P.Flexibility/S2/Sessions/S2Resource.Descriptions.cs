using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>What a device tells of itself under the selected control type.</summary>
public sealed partial record S2Resource
{
    private (S2Resource After, string? Problem) Describing(S2Message message, DateTimeOffset now) => message switch
    {
        PebcPowerConstraints constraints => Remember(PowerConstraints, constraints.Id, constraints, kept => this with { PowerConstraints = kept }),
        PebcEnergyConstraint constraint => Remember(EnergyConstraints, constraint.Id, constraint, kept => this with { EnergyConstraints = kept }),
        PpbcPowerProfileDefinition job => Remember(Jobs, job.Id, job, kept => this with { Jobs = kept }),
        PpbcPowerProfileStatus status => (this with { JobStatus = status }, status.SequenceContainerStatus.Select(ProblemOf).FirstOrDefault(problem => problem is not null)),
        OmbcSystemDescription description => Described(Modes.With(description, description.ValidFrom, now, out var problem), problem, kept => this with { Modes = kept }),
        FrbcSystemDescription description => Described(Storage.With(description, description.ValidFrom, now, out var problem), problem, kept => this with { Storage = kept }),
        DdbcSystemDescription description => Described(Demand.With(description, description.ValidFrom, now, out var problem), problem, kept => this with { Demand = kept }),
        FrbcLeakageBehaviour leakage => (this with { Leakage = Leakage.With(leakage, leakage.ValidFrom, now, out var problem) }, problem),
        FrbcUsageForecast usage => (this with { Usage = usage }, null),
        FrbcFillLevelTargetProfile target => (this with { Target = target }, null),
        FrbcStorageStatus status => (this with { StorageStatus = status }, Storage.At(now) is null ? "no system description is in force" : null),
        DdbcAverageDemandRateForecast forecast => (this with { DemandForecast = forecast }, null),
        OmbcStatus status => Status(GraphOf(Identifier.Unknown, now), Identifier.Unknown, status.ActiveOperationModeId, status.OperationModeFactor, status.PreviousOperationModeId),
        FrbcActuatorStatus status => Status(GraphOf(status.ActuatorId, now), status.ActuatorId, status.ActiveOperationModeId, status.OperationModeFactor, status.PreviousOperationModeId),
        DdbcActuatorStatus status => Status(GraphOf(status.ActuatorId, now), status.ActuatorId, status.ActiveOperationModeId, status.OperationModeFactor, status.PreviousOperationModeId),
        OmbcTimerStatus status => Timer(GraphOf(Identifier.Unknown, now), Identifier.Unknown, status.TimerId, status.FinishedAt),
        FrbcTimerStatus status => Timer(GraphOf(status.ActuatorId, now), status.ActuatorId, status.TimerId, status.FinishedAt),
        DdbcTimerStatus status => Timer(GraphOf(status.ActuatorId, now), status.ActuatorId, status.TimerId, status.FinishedAt),
        _ => (this, $"{message.GetType().Name} describes nothing"),
    };

    /// <summary>Modes and transitions of an actuator under the description in force; null when there is none.</summary>
    public ModeGraph? GraphOf(Identifier actuator, DateTimeOffset now) => Selected switch
    {
        ControlType.OperationModeBasedControl => Modes.At(now) is { } description ? ModeGraph.Of(description) : null,
        ControlType.FillRateBasedControl => Storage.At(now)?.Actuators.FirstOrDefault(known => known.Id == actuator) is { } found ? ModeGraph.Of(found) : null,
        ControlType.DemandDrivenBasedControl => Demand.At(now)?.Actuators.FirstOrDefault(known => known.Id == actuator) is { } found ? ModeGraph.Of(found) : null,
        _ => null,
    };

    // A new description outdates modes and timers that were told in terms of the old one, from the moment it holds; until then both are known.
    private static (S2Resource After, string? Problem) Described<T>(Timeline<T> kept, string? problem, Func<Timeline<T>, S2Resource> with)
        where T : class
    {
        var after = with(kept);
        return (kept.Next is null ? after with { Actuators = after.Actuators.Clear() } : after, problem);
    }

    private static (S2Resource After, string? Problem) Remember<T>(
        ImmutableDictionary<Identifier, T> known, Identifier id, T value, Func<ImmutableDictionary<Identifier, T>, S2Resource> with)
    {
        var kept = known.SetItem(id, value);
        return (with(kept), kept.Count > MostObjects ? $"more than {MostObjects} are not remembered; revoke some" : null);
    }

    private (S2Resource After, string? Problem) Status(ModeGraph? graph, Identifier actuator, Identifier mode, double factor, Identifier? previous) =>
        (this with { Actuators = Actuators.SetItem(actuator, StateOf(actuator) with { Mode = mode, Factor = factor }) },
            graph is null ? $"no description of actuator {actuator} is in force" : graph.ProblemOf(mode, previous));

    private (S2Resource After, string? Problem) Timer(ModeGraph? graph, Identifier actuator, Identifier timer, DateTimeOffset finishedAt) =>
        (this with { Actuators = Actuators.SetItem(actuator, StateOf(actuator) with { FinishedAt = StateOf(actuator).FinishedAt.SetItem(timer, finishedAt) }) },
            graph is null ? $"no description of actuator {actuator} is in force" : graph.ProblemOfTimer(timer));

    private string? ProblemOf(PpbcPowerSequenceContainerStatus status) =>
        !Jobs.TryGetValue(status.PowerProfileId, out var job) ? $"there is no power profile {status.PowerProfileId}"
        : job.PowerSequencesContainers.FirstOrDefault(container => container.Id == status.SequenceContainerId) is not { } container
            ? $"there is no sequence container {status.SequenceContainerId}"
        : status.SelectedSequenceId is { } selected && container.PowerSequences.All(sequence => sequence.Id != selected) ? $"there is no power sequence {selected}"
        : null;
}
