using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>
/// Two orders of one member never trade with each other. In a loose book where a member stands on both sides, that bounds
/// the volume: fills can be paired without a self-trade exactly when no member's buys and sells together exceed it.
/// </summary>
/// <remarks>
/// With D(p) and S(p) the demand and supply at a price and d, s a member's own part of them, the most that can trade at p
/// is min(D, S, (D − d) + (S − s)) over all members: the cut of the bipartite graph without the member's own edge. At most
/// one member can bind, as the parts of all members sum to twice the volume.
/// </remarks>
internal static class SelfTradeLimit
{
    /// <summary>The member whose filled buys and sells exceed the volume, or null when the fills can be paired.</summary>
    public static MemberId? FirstBreach(ImmutableArray<Fill> fills, Int128 volume) => FirstBreach(fills.Select(fill => (fill.Order, fill.Energy)), volume);

    /// <inheritdoc cref="FirstBreach(ImmutableArray{Fill}, Int128)"/>
    /// <param name="fills">Energies that are filled, those of nothing among them if it must be.</param>
    /// <param name="volume">Wh bought = Wh sold.</param>
    public static MemberId? FirstBreach(IEnumerable<(Order Order, Energy Energy)> fills, Int128 volume) => Breach(fills, volume)?.Member;

    private static (MemberId Member, Int128 Buys, Int128 Sells)? Breach(IEnumerable<(Order Order, Energy Energy)> fills, Int128 volume) =>
        Largest(fills) is { Buys: var buys, Sells: var sells } largest && buys > 0 && sells > 0 && buys + sells > volume ? largest : null;

    /// <summary>
    /// The one member who can have more than half of all energy, found without adding up everyone's: a Wh of hers outlives a Wh of
    /// somebody else (Boyer and Moore's majority vote). Whoever else it is, no member has more than half.
    /// </summary>
    private static (MemberId Member, Int128 Buys, Int128 Sells)? Largest(IEnumerable<(Order Order, Energy Energy)> parts)
    {
        var (leader, lead) = ((MemberId?)null, Int128.Zero);
        foreach (var (order, energy) in parts)
        {
            if (lead == 0)
            {
                leader = order.Member;
            }

            lead += order.Member == leader ? energy.WattHours : -energy.WattHours;
            if (lead < 0)
            {
                (leader, lead) = (order.Member, -lead);
            }
        }

        if (leader is not { } member)
        {
            return null;
        }

        var (buys, sells) = (Int128.Zero, Int128.Zero);
        foreach (var (order, energy) in parts)
        {
            if (order.Member == member)
            {
                (buys, sells) = order.Side == Side.Buy ? (buys + energy.WattHours, sells) : (buys, sells + energy.WattHours);
            }
        }

        return (member, buys, sells);
    }

    /// <summary>
    /// Cuts fills of equal sums so far that they can be paired without a self-trade: the one member who stands in the way keeps of
    /// each side what the others offer her on the opposite one, her best prices first.
    /// </summary>
    public static ImmutableArray<Fill> KeepApart(ImmutableArray<Fill> fills)
    {
        var volume = fills.Where(fill => fill.Order.Side == Side.Buy).Aggregate(Int128.Zero, (sum, fill) => sum + fill.Energy.WattHours);
        if (Breach(fills.Select(fill => (fill.Order, fill.Energy)), volume) is not var (member, buys, sells))
        {
            return fills;
        }

        // After the cut nobody else can be in the way: another's part is at most all that is not this member's.
        var left = new Dictionary<Side, Int128> { [Side.Buy] = volume - sells, [Side.Sell] = volume - buys };
        var kept = ImmutableArray.CreateBuilder<Fill>(fills.Length);
        foreach (var fill in fills)
        {
            var energy = fill.Energy;
            if (fill.Order.Member == member)
            {
                energy = new Energy((long)Int128.Min(energy.WattHours, left[fill.Order.Side]));
                left[fill.Order.Side] -= energy.WattHours;
            }

            if (energy > Energy.Zero)
            {
                kept.Add(fill with { Energy = energy });
            }
        }

        return kept.DrainToImmutable();
    }

    /// <summary>Clears at the price that gives the most volume under the limit; among equals the lowest price.</summary>
    /// <param name="crossed">The member who breached the limit at the volume without it.</param>
    public static Clearing Clear(Ladder ladder, MemberId crossed, MarketRules rules)
    {
        if (BestPrice(ladder) is not { } price)
        {
            return Clearing.Nothing;
        }

        var best = At(ladder, price);
        var (unordered, bound) = best.Fill();
        var filled = unordered.ToDictionary(fill => fill.Order, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        ImmutableArray<Fill> fills = [.. ladder.Buys.Concat(ladder.Sells).Where(filled.ContainsKey).Select(order => filled[order])];
        bool IsOthers(Order order) => order.Member != bound && order.Member != crossed;
        var partlyFilled = fills.Where(fill => fill.Energy < fill.Order.Energy).Select(fill => fill.Order).ToHashSet<Order>(ReferenceEqualityComparer.Instance);

        // The rest of a member who may not trade with herself has nobody to trade with. A step of hers that is filled in
        // part still sets the price, unless she has one on either side, when the two contradict each other.
        return new Func<Order, bool>[] { order => IsOthers(order) || partlyFilled.Contains(order), IsOthers, _ => false }
            .Select(counts => UniformPriceAuction.Settle(ladder, fills, best.Volume, rules, counts))
            .First(clearing => clearing.Interval!.Value.Low <= clearing.Interval.Value.High);
    }

    /// <summary>
    /// The lowest price of those that clear the most, or null when none clears anything. Upwards in price, sells join and buys
    /// leave one after another: O(n log n).
    /// </summary>
    private static Price? BestPrice(Ladder ladder)
    {
        var parts = new LargestPart(ladder);
        var (demand, supply) = (Total(ladder.Buys), Int128.Zero);
        var (buy, sell) = (ladder.Buys.Length - 1, 0);
        var best = (Volume: Int128.Zero, Price: (Price?)null);
        while (buy >= 0 || sell < ladder.Sells.Length)
        {
            var price = buy < 0 ? ladder.Sells[sell].Price
                : sell == ladder.Sells.Length ? ladder.Buys[buy].Price : Price.Min(ladder.Buys[buy].Price, ladder.Sells[sell].Price);
            for (; sell < ladder.Sells.Length && ladder.Sells[sell].Price == price; sell++)
            {
                supply += ladder.Sells[sell].Energy.WattHours;
                parts.Grow(ladder.Sells[sell]);
            }

            var volume = Int128.Min(Int128.Min(demand, supply), demand + supply - parts.WattHours);
            if (volume > best.Volume)
            {
                best = (volume, price);
            }

            // Who would pay this price and no more is gone at the next.
            for (; buy >= 0 && ladder.Buys[buy].Price == price; buy--)
            {
                demand -= ladder.Buys[buy].Energy.WattHours;
                parts.Shrink(ladder.Buys[buy]);
            }
        }

        return best.Price;
    }

    private static Candidate At(Ladder ladder, Price price)
    {
        var buys = ladder.Buys.TakeWhile(order => order.Price >= price).ToImmutableArray();
        var sells = ladder.Sells.TakeWhile(order => order.Price <= price).ToImmutableArray();
        var demand = Total(buys);
        var supply = Total(sells);
        var atMost = Int128.Min(demand, supply);
        return Largest(buys.Concat(sells).Select(order => (order, order.Energy))) is var (member, bought, sold) && demand - bought + supply - sold < atMost
            ? new Candidate(buys, sells, demand - bought + supply - sold, member)
            : new Candidate(buys, sells, atMost, null);
    }

    private static Int128 Total(IEnumerable<Order> orders) => orders.Aggregate(Int128.Zero, (sum, order) => sum + order.Energy.WattHours);

    private sealed record Candidate(ImmutableArray<Order> Buys, ImmutableArray<Order> Sells, Int128 Volume, MemberId? Limiting)
    {
        /// <summary>The fills, and the member (if any) whose two sides had to be kept apart.</summary>
        public (IEnumerable<Fill> Fills, MemberId? Bound) Fill()
        {
            if (Limiting is not null)
            {
                return (FillAround(Buys, Total(Sells.Where(IsOthers))).Concat(FillAround(Sells, Total(Buys.Where(IsOthers)))), Limiting);
            }

            var fills = Allocation.Fill(Buys.AsSpan(), Volume).AddRange(Allocation.Fill(Sells.AsSpan(), Volume));
            return FirstBreach(fills, Volume) is { } member
                ? (Ration(Buys, Sells, member).Concat(Ration(Sells, Buys, member)), member)
                : (fills, null);
        }

        private bool IsOthers(Order order) => order.Member != Limiting;

        // Everyone else is filled whole; the limiting member takes what they offer her, her best price first.
        private IEnumerable<Fill> FillAround(ImmutableArray<Order> side, Int128 forLimiting) =>
            Allocation.Fill([.. side.Where(IsOthers)], Total(side.Where(IsOthers)))
                .Concat(Allocation.Fill([.. side.Where(order => !IsOthers(order))], forLimiting));

        // The short side is filled whole; on the long side a member gives way to the others as far as she would otherwise
        // have to trade with herself.
        private IEnumerable<Fill> Ration(ImmutableArray<Order> side, ImmutableArray<Order> opposite, MemberId member)
        {
            if (Total(side) == Volume)
            {
                return Allocation.Fill(side.AsSpan(), Volume);
            }

            var room = Volume - Total(opposite.Where(order => order.Member == member));
            var hers = side.Where(order => order.Member == member).ToImmutableArray();
            var capped = Int128.Min(room, Total(hers));
            return Allocation.Fill(hers.AsSpan(), capped)
                .Concat(Allocation.Fill([.. side.Where(order => order.Member != member)], Volume - capped));
        }
    }
}
