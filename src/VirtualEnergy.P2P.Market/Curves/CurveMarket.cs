using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>
/// The curve market as a mechanism: the orders of all members are one demand curve over the ticks, its equilibrium is the
/// price, and what cannot all be had at that price is shared.
/// </summary>
/// <remarks>
/// <para>At a tick the curve is what buys with this limit or a higher one take, less what sells with this limit or a lower one
/// give. The price is the equilibrium with zero (<see cref="Equilibrium"/>), on tick: the middle of the ticks at which demand
/// and supply are equal, half up.</para>
/// <para>Where the curve jumps over zero between two ticks, the nearer one would be the price of a cluster. Here members have
/// limits that must hold, so the price is the tick whose own orders, filled in part, close the gap: the lower one where the
/// buys that end there do, the upper one where the sells that begin there do. Only where neither is filled in part is the
/// nearer one the price.</para>
/// <para>Better limits are filled first; orders at the price share pro rata in whole Wh, largest remainder first, then by key.
/// A member's curve is the sum of her orders: what she would buy from herself is not traded, her worst limits first.</para>
/// <para>Price rule: PowerMatcher 2.1; the allocation is ours, as PowerMatcher has none. Between orders the curve is flat, so
/// only the ticks beside orders are looked at. <see cref="ReferenceCurveMarket"/> walks along all of them.</para>
/// </remarks>
public sealed class CurveMarket : IMechanism
{
    Clearing IMechanism.Clear(IReadOnlyCollection<Order> orders, MarketRules rules, Hash256 seed) => Clear(orders, rules);

    /// <exception cref="OverflowException">The volume does not fit in 64 bits of Wh.</exception>
    /// <exception cref="ArgumentException">An order's energy is not positive, or the rules know fees or limits between zones.</exception>
    public static Clearing Clear(IEnumerable<Order> orders, MarketRules rules)
    {
        rules.Network.RequireCopperPlate(MechanismKind.Curve.Code());
        var ladder = Ladder.Of(orders);
        if (PriceOf(ladder, rules.TickMicroEurPerKWh) is not { } price)
        {
            return Clearing.Nothing;
        }

        var buys = ladder.Buys.TakeWhile(order => order.Price >= price).ToImmutableArray();
        var sells = ladder.Sells.TakeWhile(order => order.Price <= price).ToImmutableArray();
        var volume = Int128.Min(Total(buys), Total(sells));
        var fills = WithoutOwnTrades(Allocation.Fill(buys.AsSpan(), volume), Allocation.Fill(sells.AsSpan(), volume));
        var traded = fills.Where(fill => fill.Order.Side == Side.Buy).Aggregate(Int128.Zero, (sum, fill) => sum + fill.Energy.WattHours);
        return traded == 0 ? Clearing.Nothing : new Clearing(price, null, new Energy(checked((long)traded)), fills);
    }

    /// <summary>The equilibrium on tick; null where one side is missing.</summary>
    private static Price? PriceOf(Ladder ladder, long tick)
    {
        if (ladder.Buys.IsEmpty || ladder.Sells.IsEmpty)
        {
            return null;
        }

        var curve = new OrderCurve(ladder);
        var ticks = TicksOf(ladder, tick);

        // The curve falls, so the ticks with more demand than supply come first, then those with as much.
        var first = FirstWhere(ticks, at => curve.At(at) <= 0);
        var after = FirstWhere(ticks, at => curve.At(at) < 0);
        if (first < after)
        {
            return Middle(ticks[first], ticks[after - 1], tick);
        }

        // Beside a jump both of its ticks are among those looked at: it is an order's limit that makes it.
        var (below, above) = (ticks[first - 1], ticks[first]);
        var between = curve.Demand(above) - curve.Supply(below);
        var nearer = curve.At(below) >= -curve.At(above) ? above : below;
        return new Price((long)(between < 0 ? below : between > 0 ? above : nearer));
    }

    /// <summary>The ticks on both sides of every change of the curve, lowest first: a buy ends after its limit, a sell begins at it.</summary>
    /// <remarks>Wide, as a limit may be the last price that 64 bits hold.</remarks>
    private static List<Int128> TicksOf(Ladder ladder, long tick)
    {
        var ticks = new List<Int128>();
        var (buy, sell) = (ladder.Buys.Length - 1, 0);
        while (buy >= 0 || sell < ladder.Sells.Length)
        {
            var isBuy = sell == ladder.Sells.Length || (buy >= 0 && ladder.Buys[buy].Price <= ladder.Sells[sell].Price);
            var price = FloorToTick((isBuy ? ladder.Buys[buy--] : ladder.Sells[sell++]).Price.MicroEurPerKWh, tick);
            for (var at = price - tick; at <= price + tick; at += tick)
            {
                if (ticks.Count == 0 || at > ticks[^1])
                {
                    ticks.Add(at);
                }
            }
        }

        return ticks;
    }

    private static Int128 FloorToTick(Int128 price, long tick) => price - (((price % tick) + tick) % tick);

    private static Price Middle(Int128 low, Int128 high, long tick) => new((long)(low + ((((high - low) / tick) + 1) / 2 * tick)));

    private static int FirstWhere(List<Int128> ticks, Func<Int128, bool> isReached)
    {
        int low = 0, high = ticks.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = isReached(ticks[middle]) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    /// <summary>Takes from members who stand on both sides what they would trade with themselves.</summary>
    private static ImmutableArray<Fill> WithoutOwnTrades(ImmutableArray<Fill> buys, ImmutableArray<Fill> sells)
    {
        var bought = Totals(buys);
        var sold = Totals(sells);
        var own = bought.Keys.Intersect(sold.Keys).ToDictionary(member => member, member => Int128.Min(bought[member], sold[member]));
        return own.Count == 0 ? buys.AddRange(sells) : Less(buys, own).AddRange(Less(sells, own));
    }

    private static Dictionary<MemberId, Int128> Totals(ImmutableArray<Fill> fills) =>
        fills.GroupBy(fill => fill.Order.Member).ToDictionary(
            member => member.Key, member => member.Aggregate(Int128.Zero, (sum, fill) => sum + fill.Energy.WattHours));

    private static ImmutableArray<Fill> Less(ImmutableArray<Fill> fills, Dictionary<MemberId, Int128> own)
    {
        var left = new Dictionary<MemberId, Int128>(own);
        var kept = new List<Fill>(fills.Length);
        for (var i = fills.Length - 1; i >= 0; i--)
        {
            var fill = fills[i];
            var removed = Int128.Min(left.GetValueOrDefault(fill.Order.Member), fill.Energy.WattHours);
            if (removed > 0)
            {
                left[fill.Order.Member] -= removed;
            }

            if (removed < fill.Energy.WattHours)
            {
                kept.Add(fill with { Energy = new Energy((long)(fill.Energy.WattHours - removed)) });
            }
        }

        kept.Reverse();
        return [.. kept];
    }

    private static Int128 Total(ImmutableArray<Order> orders) => orders.Aggregate(Int128.Zero, (sum, order) => sum + order.Energy.WattHours);

    /// <summary>Demand and supply at any price, from running sums along the two ladders.</summary>
    private sealed class OrderCurve(Ladder ladder)
    {
        private readonly Int128[] _demand = RunningSum(ladder.Buys);
        private readonly Int128[] _supply = RunningSum(ladder.Sells);

        public Int128 At(Int128 price) => Demand(price) - Supply(price);

        public Int128 Demand(Int128 price) => _demand[CountReached(ladder.Buys, order => order.Price.MicroEurPerKWh >= price)];

        public Int128 Supply(Int128 price) => _supply[CountReached(ladder.Sells, order => order.Price.MicroEurPerKWh <= price)];

        private static Int128[] RunningSum(ImmutableArray<Order> orders)
        {
            var sums = new Int128[orders.Length + 1];
            for (var i = 0; i < orders.Length; i++)
            {
                sums[i + 1] = sums[i] + orders[i].Energy.WattHours;
            }

            return sums;
        }

        private static int CountReached(ImmutableArray<Order> orders, Func<Order, bool> isReached)
        {
            int low = 0, high = orders.Length;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                (low, high) = isReached(orders[middle]) ? (middle + 1, high) : (low, middle);
            }

            return low;
        }
    }
}
