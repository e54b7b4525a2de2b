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
    public static MemberId? FirstBreach(ImmutableArray<Fill> fills, Int128 volume)
    {
        foreach (var (member, (buys, sells)) in PartsByMember(fills.Select(fill => (fill.Order, fill.Energy))))
        {
            if (buys > 0 && sells > 0 && buys + sells > volume)
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>
    /// Cuts fills of equal sums so far that they can be paired without a self-trade: the one member who stands in the way keeps of
    /// each side what the others offer her on the opposite one, her best prices first.
    /// </summary>
    public static ImmutableArray<Fill> KeepApart(ImmutableArray<Fill> fills)
    {
        var volume = fills.Where(fill => fill.Order.Side == Side.Buy).Aggregate(Int128.Zero, (sum, fill) => sum + fill.Energy.WattHours);
        if (FirstBreach(fills, volume) is not { } member)
        {
            return fills;
        }

        // After the cut nobody else can be in the way: another's part is at most all that is not this member's.
        var (buys, sells) = PartsByMember(fills.Select(fill => (fill.Order, fill.Energy)))[member];
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
        var rank = ladder.Buys.Concat(ladder.Sells).Index()
            .ToDictionary(entry => entry.Item, entry => entry.Index, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        var (unordered, bound) = best.Fill();
        ImmutableArray<Fill> fills = [.. unordered.OrderBy(fill => rank[fill.Order])];
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
    /// leave one after another, and the largest part of one member is on top of a heap: O(n log n).
    /// </summary>
    private static Price? BestPrice(Ladder ladder)
    {
        var (demand, supply) = (Total(ladder.Buys), Int128.Zero);
        var parts = PartsByMember(ladder.Buys.Select(order => (order, order.Energy))).ToDictionary(entry => entry.Key, entry => entry.Value.Buys);
        var largest = new PriorityQueue<MemberId, Int128>(parts.Select(entry => (entry.Key, -entry.Value)));
        void Change(MemberId member, Int128 by)
        {
            var part = parts.GetValueOrDefault(member) + by;
            parts[member] = part;
            largest.Enqueue(member, -part);
        }

        var (buy, sell) = (ladder.Buys.Length - 1, 0);
        var best = (Volume: Int128.Zero, Price: (Price?)null);
        foreach (var price in ladder.Buys.Concat(ladder.Sells).Select(order => order.Price).Distinct().Order())
        {
            for (; buy >= 0 && ladder.Buys[buy].Price < price; buy--)
            {
                demand -= ladder.Buys[buy].Energy.WattHours;
                Change(ladder.Buys[buy].Member, -ladder.Buys[buy].Energy.WattHours);
            }

            for (; sell < ladder.Sells.Length && ladder.Sells[sell].Price <= price; sell++)
            {
                supply += ladder.Sells[sell].Energy.WattHours;
                Change(ladder.Sells[sell].Member, ladder.Sells[sell].Energy.WattHours);
            }

            // What the heap says of a member is old when her part has changed since; the newest word is in it too.
            MemberId member;
            Int128 negated;
            while (largest.TryPeek(out member, out negated) && parts[member] != -negated)
            {
                largest.Dequeue();
            }

            var volume = Int128.Min(Int128.Min(demand, supply), demand + supply + negated);
            if (volume > best.Volume)
            {
                best = (volume, price);
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
        var limit = (Volume: Int128.Min(demand, supply), Member: (MemberId?)null);
        foreach (var (member, own) in PartsByMember(buys.Concat(sells).Select(order => (order, order.Energy))))
        {
            var others = demand - own.Buys + supply - own.Sells;
            if (others < limit.Volume)
            {
                limit = (others, member);
            }
        }

        return new Candidate(buys, sells, limit.Volume, limit.Member);
    }

    private static Dictionary<MemberId, (Int128 Buys, Int128 Sells)> PartsByMember(IEnumerable<(Order Order, Energy Energy)> parts)
    {
        var byMember = new Dictionary<MemberId, (Int128 Buys, Int128 Sells)>();
        foreach (var (order, energy) in parts)
        {
            var (buys, sells) = byMember.GetValueOrDefault(order.Member);
            byMember[order.Member] = order.Side == Side.Buy ? (buys + energy.WattHours, sells) : (buys, sells + energy.WattHours);
        }

        return byMember;
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
