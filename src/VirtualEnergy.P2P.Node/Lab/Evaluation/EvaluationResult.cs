using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>The same homes in four ways: unmanaged, each alone, in the market, and at the bound. docs/planner.md defines them.</summary>
/// <param name="Plan">What was evaluated.</param>
/// <param name="Unmanaged">(a), by home.</param>
/// <param name="Alone">(b), by home.</param>
/// <param name="Market">(c), by home.</param>
/// <param name="Optimum">(d), all homes together; a bound from below.</param>
/// <param name="OptimalPrices">What energy is worth in each period at the bound, µEUR/kWh.</param>
/// <param name="Periods">The market's rounds.</param>
public sealed record EvaluationResult(
    EvaluationPlan Plan, ImmutableArray<HomeResult> Unmanaged, ImmutableArray<HomeResult> Alone, ImmutableArray<HomeResult> Market,
    Money Optimum, double[] OptimalPrices, ImmutableArray<MarketPeriod> Periods)
{
    /// <summary>Share of what working together could gain that the market gained: (b − c) ÷ (b − d); null where there is nothing to gain.</summary>
    public double? Captured
    {
        get
        {
            var possible = Sum(Alone) - Optimum;
            return possible > Money.Zero ? (double)(Sum(Alone) - Sum(Market)).MicroEur / possible.MicroEur : null;
        }
    }

    /// <summary>Homes that the market costs more than being alone.</summary>
    public IEnumerable<HomeResult> WorseOff => Market.Where((home, i) => home.Cost > Alone[i].Cost);

    public static Money Sum(ImmutableArray<HomeResult> homes) => homes.Aggregate(Money.Zero, (sum, home) => sum + home.Cost);

    public static Violations Kept(ImmutableArray<HomeResult> homes) => homes.Aggregate(default(Violations), (sum, home) => sum + home.Violations);
}
