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
    /// <exception cref="ArgumentException">Two bids of one member, or a bid of another period.</exception>
    public static Round Clear(
        Period period, IEnumerable<SignedBid> bids, IReadOnlyDictionary<MemberId, ZoneId> zones, MarketRules rules)
    {
        ImmutableArray<SignedBid> frozen = [.. bids.OrderBy(signed => signed.Bid.Member)];
        for (var i = 0; i < frozen.Length; i++)
        {
            if (frozen[i].Bid.Period != period || (i > 0 && frozen[i].Bid.Member == frozen[i - 1].Bid.Member))
            {
                throw new ArgumentException($"A round takes one bid a member, of its own period; {frozen[i].Bid.Member} breaks that.", nameof(bids));
            }
        }

        var clearing = UniformPriceAuction.Clear(frozen.SelectMany(OrdersOf), rules);
        var trades = TradesOf(clearing, zones);
        return new Round(period, frozen, clearing, trades, DeltasOf(trades));
    }

    /// <summary>A bid's steps as orders that all carry the bid's hash.</summary>
    public static IEnumerable<Order> OrdersOf(SignedBid signed) =>
        signed.Bid.Buy.Select(step => new Order(signed.Hash, signed.Bid.Member, Side.Buy, step.Price, step.Energy))
            .Concat(signed.Bid.Sell.Select(step => new Order(signed.Hash, signed.Bid.Member, Side.Sell, step.Price, step.Energy)));

    private static ImmutableArray<Trade> TradesOf(Clearing clearing, IReadOnlyDictionary<MemberId, ZoneId> zones)
    {
        if (clearing.Price is not { } price)
        {
            return [];
        }

        var buyers = ClaimsOf(clearing.Fills, Side.Buy, zones);
        var sellers = ClaimsOf(clearing.Fills, Side.Sell, zones);
        return [.. Pairing.Match(buyers, sellers).Select(pair => new Trade(buyers[pair.Buyer].Member, sellers[pair.Seller].Member, pair.Energy, price))];
    }

    private static List<Claim> ClaimsOf(ImmutableArray<Fill> fills, Side side, IReadOnlyDictionary<MemberId, ZoneId> zones) =>
        [.. fills.Where(fill => fill.Order.Side == side)
            .GroupBy(fill => fill.Order.Member, fill => fill.Energy)
            .OrderBy(member => member.Key)
            .Select(member => new Claim(
                member.Key,
                zones.TryGetValue(member.Key, out var zone) ? zone : new ZoneId(""),
                member.Aggregate(Energy.Zero, (sum, energy) => sum + energy)))];

    private static ImmutableArray<MemberDelta> DeltasOf(ImmutableArray<Trade> trades)
    {
        var deltas = new SortedDictionary<MemberId, Money>();
        foreach (var trade in trades)
        {
            deltas[trade.Buyer] = deltas.GetValueOrDefault(trade.Buyer) - trade.Amount;
            deltas[trade.Seller] = deltas.GetValueOrDefault(trade.Seller) + trade.Amount;
        }

        return [.. deltas.Select(entry => new MemberDelta(entry.Key, entry.Value))];
    }
}
