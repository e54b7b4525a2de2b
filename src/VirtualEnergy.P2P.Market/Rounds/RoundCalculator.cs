using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>From the frozen set of bids to trades and net money: the whole of a round, as one pure function (market rule 3).</summary>
public static class RoundCalculator
{
    /// <param name="period">The period of delivery.</param>
    /// <param name="bids">The bid that counts of each member; admitted, in any order.</param>
    /// <param name="zones">The low-voltage zone of each bidder; one who is missing stands in a zone without a name.</param>
    /// <param name="rules">The community's constants.</param>
    /// <param name="seed">The round's chance, revealed after gate closure; only mechanisms that draw lots look at it.</param>
    /// <param name="green">Members whose energy counts as green; none unless stated.</param>
    /// <exception cref="ArgumentException">Two bids of one member, or a bid of another period.</exception>
    public static Round Clear(
        Period period, IEnumerable<SignedBid> bids, IReadOnlyDictionary<MemberId, ZoneId> zones, MarketRules rules, Hash256 seed = default,
        IReadOnlySet<MemberId>? green = null)
    {
        ImmutableArray<SignedBid> frozen = [.. bids.OrderBy(signed => signed.Bid.Member)];
        for (var i = 0; i < frozen.Length; i++)
        {
            if (frozen[i].Bid.Period != period || (i > 0 && frozen[i].Bid.Member == frozen[i - 1].Bid.Member))
            {
                throw new ArgumentException($"A round takes one bid a member, of its own period; {frozen[i].Bid.Member} breaks that.", nameof(bids));
            }
        }

        List<Order> orders = [.. frozen.SelectMany(signed => OrdersOf(
            signed, zones.GetValueOrDefault(signed.Bid.Member, ZoneId.Unnamed), green?.Contains(signed.Bid.Member) == true))];
        var clearing = Mechanisms.Of(rules.Mechanism).Clear(orders, rules, seed);
        ImmutableArray<Trade> trades = [.. clearing.Lots.SelectMany(TradesOf)];
        return new Round(period, frozen, clearing, trades, Netting.DeltasOf(trades, clearing.Charges, rules.Accounts))
        {
            Seed = rules.Mechanism.DrawsLots() ? seed : null,
            Accounts = rules.Accounts,
        };
    }

    /// <summary>A bid's steps as orders that all carry the bid's hash.</summary>
    public static IEnumerable<Order> OrdersOf(SignedBid signed, ZoneId zone, bool isGreen = false) =>
        signed.Bid.Buy.Select(step => new Order(signed.Hash, signed.Bid.Member, Side.Buy, step.Price, step.Energy) { Zone = zone, Preferences = signed.Bid.Preferences })
            .Concat(signed.Bid.Sell.Select(step => new Order(signed.Hash, signed.Bid.Member, Side.Sell, step.Price, step.Energy) { Zone = zone, IsGreen = isGreen }));

    /// <summary>The trades of one lot, paired by market rule 5.</summary>
    public static IEnumerable<Trade> TradesOf(Lot lot)
    {
        var buyers = ClaimsOf(lot.Fills, Side.Buy);
        var sellers = ClaimsOf(lot.Fills, Side.Sell);
        return Pairing.Match(buyers, sellers).Select(pair =>
            new Trade(buyers[pair.Buyer].Member, sellers[pair.Seller].Member, pair.Energy, lot.Price) { GridFee = lot.GridFee, Spread = lot.Spread, Quality = lot.Quality });
    }

    private static List<Claim> ClaimsOf(ImmutableArray<Fill> fills, Side side) =>
        [.. fills.Where(fill => fill.Order.Side == side)
            .GroupBy(fill => fill.Order.Member)
            .OrderBy(member => member.Key)
            .Select(member => new Claim(
                member.Key,
                member.First().Order.Zone,
                member.Aggregate(Energy.Zero, (sum, fill) => sum + fill.Energy)))];
}
