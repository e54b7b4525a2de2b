using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Market.Deviations;

/// <summary>A metered period, settled: all that follows from its positions and prices, and nothing else.</summary>
/// <param name="Positions">One a member, by member.</param>
/// <param name="Short">Wh taken too much, over all members.</param>
/// <param name="Long">Wh taken too little or fed in too much, over all members.</param>
/// <param name="Prices">What the matched part costs.</param>
/// <param name="Trades">The balancing trades: who was short buys from who was long.</param>
/// <param name="Deltas">Net money per member and account that takes part, by member; sums to zero.</param>
public sealed record SettledDeviations(
    ImmutableArray<SettledPosition> Positions, Int128 Short, Int128 Long, ImbalancePrices Prices, ImmutableArray<Trade> Trades,
    ImmutableArray<MemberDelta> Deltas)
{
    /// <summary>What the community balances itself, Wh.</summary>
    public Int128 Matched => Int128.Min(Short, Long);
}
