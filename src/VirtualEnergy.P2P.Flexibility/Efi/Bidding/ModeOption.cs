using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Flexibility.Efi.Bidding;

/// <summary>A mode that an actuator may be in next, at one factor.</summary>
/// <param name="Factor">Null for a discrete mode.</param>
/// <param name="Watts">+ consumption, − production.</param>
/// <param name="FillingRate">Change of the fill level per second; 0 without a storage.</param>
/// <param name="CostPerSecond">Without the energy, in the registration's currency.</param>
/// <param name="CostOfPassage">Once, for the transition.</param>
public readonly record struct ModeOption(int Mode, RunningModeFactor? Factor, double Watts, double FillingRate, double CostPerSecond, double CostOfPassage)
{
    /// <summary>A continuous mode is offered at factors this far apart.</summary>
    public const int FactorSteps = 10;

    /// <summary>The factors at which a mode is offered.</summary>
    internal static ImmutableArray<RunningModeFactor?> Factors(bool isContinuous) =>
        isContinuous ? [.. Enumerable.Range(0, FactorSteps + 1).Select(i => (RunningModeFactor?)new RunningModeFactor(i / (double)FactorSteps))] : [null];

    /// <summary>Modes that can be reached at a moment, with the cost of getting there.</summary>
    internal static IEnumerable<(int Mode, double Cost)> Reachable(RunningModeGraph graph, int active, ValueList<TimerUpdate> timers, DateTimeOffset at)
    {
        var finishedAt = timers.ToDictionary(timer => timer.TimerId, timer => timer.FinishedAt);
        return graph.Modes.Where(mode => graph.ProblemWith(active, mode, at, finishedAt) is null)
            .Select(mode => (mode, mode == active ? 0 : graph.Transitions.First(way => way.From == active && way.To == mode).Cost?.Value ?? 0));
    }
}
