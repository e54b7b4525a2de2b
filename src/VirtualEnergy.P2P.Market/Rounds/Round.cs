using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>
/// A cleared round: everything that follows from the frozen set of bids, and nothing else (market rule 3). Same bids, same
/// bytes, on every machine and in any order of arrival.
/// </summary>
/// <param name="Period">The period of delivery.</param>
/// <param name="Bids">The bids that counted, one per member, by member.</param>
/// <param name="Clearing">Prices, volume, fills and charges.</param>
/// <param name="Trades">Pairs of fills, in canonical order.</param>
/// <param name="Deltas">Net money per member and account that was paid or paid, by member; sums to zero.</param>
public sealed record Round(
    Period Period,
    ImmutableArray<SignedBid> Bids,
    Clearing Clearing,
    ImmutableArray<Trade> Trades,
    ImmutableArray<MemberDelta> Deltas)
{
    /// <summary>The chance that the round was cleared with; null where its mechanism draws no lots.</summary>
    public Hash256? Seed { get; init; }

    /// <summary>Where the money went that no seller got.</summary>
    public MoneyAccounts Accounts { get; init; }
}
