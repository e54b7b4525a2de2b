using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Suggestions;

/// <summary>When to start an appliance, and what that saves against starting it as soon as it can.</summary>
/// <param name="Device">Name of the appliance.</param>
/// <param name="Soonest">The first period in which it can start.</param>
/// <param name="Best">The period in which a start costs least; of equal ones the first.</param>
/// <param name="Energy">What a run takes, Wh.</param>
/// <param name="CostSoonest">What a run is expected to cost if started soonest.</param>
/// <param name="CostBest">What it is expected to cost if started best.</param>
public sealed record StartSuggestion(string Device, Period Soonest, Period Best, Energy Energy, Money CostSoonest, Money CostBest)
{
    /// <summary>Below it waiting is not worth while: a cent.</summary>
    public static readonly Money LeastSaving = new(10_000);

    /// <summary>What waiting saves, 0 or more.</summary>
    public Money Saving => CostSoonest - CostBest;

    /// <summary>Compares every start from now to the latest that still meets the deadline.</summary>
    /// <param name="run">The run that waits.</param>
    /// <param name="now">The present period.</param>
    /// <param name="outlook">What is expected of a period without the run.</param>
    /// <param name="grid">Length of a period.</param>
    /// <returns>Null where it is too late to start and be ready in time.</returns>
    public static StartSuggestion? For(ShiftableControlSpace run, Period now, Func<Period, PeriodOutlook> outlook, PeriodGrid grid)
    {
        var soonest = run.EarliestStart > now ? run.EarliestStart : now;
        if (soonest > run.LatestStart)
        {
            return null;
        }

        var costs = new List<Money>();
        for (var start = soonest; start <= run.LatestStart; start = start.Next)
        {
            costs.Add(CostOf(run, start, outlook, grid));
        }

        var best = costs.Index().MinBy(cost => cost.Item.MicroEur).Index;
        if (costs[0] - costs[best] is { } saving && saving.MicroEur < LeastSaving.MicroEur)
        {
            best = 0;
        }

        var energy = run.ProfileWatts.Aggregate(Energy.Zero, (sum, watts) => sum + grid.EnergyOf(watts));
        return new StartSuggestion(run.Device, soonest, new Period(soonest.Index + best), energy, costs[0], costs[best]);
    }

    private static Money CostOf(ShiftableControlSpace run, Period start, Func<Period, PeriodOutlook> outlook, PeriodGrid grid)
    {
        var cost = Money.Zero;
        for (var i = 0; i < run.ProfileWatts.Length; i++)
        {
            cost += outlook(new Period(start.Index + i)).CostOf(grid.EnergyOf(run.ProfileWatts[i]));
        }

        return cost;
    }
}
