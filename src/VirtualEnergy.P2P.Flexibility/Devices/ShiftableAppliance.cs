using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices;

/// <summary>An appliance that waits for its start, then runs its profile to the end, and never misses a deadline.</summary>
/// <remarks>
/// It guards its deadline itself: in the last feasible period it starts, told or not, unless it is held. Periods are executed one after the
/// other; a run whose latest start lies before the first of them is skipped.
/// </remarks>
public sealed class ShiftableAppliance(ApplianceDescription description, PeriodGrid grid)
{
    private int _next;
    private Period? _startedAt;

    public string Name => description.Name;

    /// <summary>Runs that have finished.</summary>
    public int Finished { get; private set; }

    /// <summary>
    /// Shiftable while a run waits within its window, inflexible while one runs, null when there is nothing to do.
    /// </summary>
    public ControlSpace? Describe(Period period)
    {
        if (_startedAt is { } start && period.Index - start.Index < description.ProfileWatts.Length)
        {
            return new InflexibleControlSpace(Name, period, description.ProfileWatts[(int)(period.Index - start.Index)]);
        }

        return NextFeasible(period) is { } next && next.Space.MayStart ? next.Space : null;
    }

    /// <summary>Which period of its run a running appliance is in; 0 when none runs.</summary>
    public int Phase(Period period) => _startedAt is { } start ? (int)(period.Index - start.Index) : 0;

    /// <summary>Runs the period. Wh consumed.</summary>
    public Energy Execute(ShiftableAllocation allocation)
    {
        var period = allocation.Period;
        if (_startedAt is null && NextFeasible(period) is { Space.MayStart: true } next && (allocation.Start || (next.Space.MustStart && !allocation.IsHeld)))
        {
            _next = next.Run;
            _startedAt = period;
        }

        if (_startedAt is not { } start)
        {
            return Energy.Zero;
        }

        var phase = (int)(period.Index - start.Index);
        var energy = grid.EnergyOf(description.ProfileWatts[phase]);
        if (phase == description.ProfileWatts.Length - 1)
        {
            _startedAt = null;
            _next++;
            Finished++;
        }

        return energy;
    }

    private (int Run, ShiftableControlSpace Space)? NextFeasible(Period period)
    {
        for (var run = _startedAt is null ? _next : _next + 1; run < description.Runs.Length; run++)
        {
            var space = description.Describe(period, description.Runs[run]);
            if (space.LatestStart >= period)
            {
                return (run, space);
            }
        }

        return null;
    }
}
