using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>
/// What an exchange says of a cleared round: the bids that counted, and what it claims came of them. Nothing here is true because it is
/// said; whoever has it can recompute all but the bids.
/// </summary>
/// <param name="Period">The period of delivery.</param>
/// <param name="Bids">In the order published, which in an honest round is the members'.</param>
/// <param name="Price">The price that stands for the round; null where nothing traded.</param>
/// <param name="Interval">The competitive interval; null where the mechanism has none.</param>
/// <param name="Volume">Wh bought = Wh sold.</param>
/// <param name="Trades">In the order published.</param>
/// <param name="Deltas">Net money of each member and account, + received.</param>
/// <param name="BidsRoot">What is said to be on the chain for the bids.</param>
/// <param name="TradesRoot">Likewise for the trades.</param>
/// <param name="RoundHash">The whole round in one hash, as in the result that every member got.</param>
public sealed record PublishedRound(
    Period Period, ImmutableArray<PublishedBid> Bids, Price? Price, PriceInterval? Interval, Energy Volume, ImmutableArray<Trade> Trades,
    ImmutableArray<MemberDelta> Deltas, Hash256 BidsRoot, Hash256 TradesRoot, Hash256 RoundHash)
{
    /// <summary>What members pay to the community beside their trades.</summary>
    public ImmutableArray<Charge> Charges { get; init; } = [];

    /// <summary>The round's chance; null where its mechanism draws no lots.</summary>
    public Hash256? Seed { get; init; }

    /// <summary>The round that follows from the bids by the rules.</summary>
    /// <exception cref="ArgumentException">Two bids of one member, or money for an account that the rules do not name.</exception>
    /// <exception cref="OverflowException">Energies or prices that no admission lets through.</exception>
    public Round Recompute(MarketRules rules) => RoundCalculator.Clear(
        Period, Bids.Select(bid => bid.Signed),
        Bids.DistinctBy(bid => bid.Signed.Bid.Member).ToDictionary(bid => bid.Signed.Bid.Member, bid => bid.Zone), rules, Seed ?? default,
        Bids.Where(bid => bid.IsGreen).Select(bid => bid.Signed.Bid.Member).ToHashSet());
}

/// <summary>A bid that counted, with what the community's register said of its member.</summary>
/// <param name="Signed">With the hash that the exchange says it has.</param>
/// <param name="Zone">The member's low-voltage zone.</param>
/// <param name="IsGreen">Whether what she sold counted as green.</param>
public sealed record PublishedBid(SignedBid Signed, ZoneId Zone, bool IsGreen);
