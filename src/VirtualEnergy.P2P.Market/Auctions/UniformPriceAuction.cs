using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>
/// The default auction (market rule 4): the most that one uniform price can clear, at the k-price of the marginal steps,
/// clipped into the competitive interval; ties at the margin share pro rata.
/// </summary>
/// <remarks>
/// A pure function of the set of orders: the order of arrival has no influence. Books of some size are cleared without sorting them,
/// by <see cref="PackedUniformPrice"/>; the others, and those whose numbers do not fit there, by two sorts and one pass after.
/// <see cref="ReferenceUniformPriceAuction"/> states the same rule without any cleverness.
/// </remarks>
public sealed class UniformPriceAuction : IMechanism
{
    Clearing IMechanism.Clear(IReadOnlyCollection<Order> orders, MarketRules rules, Hash256 seed) =>
        ZonalAuction.IsAskedFor(orders, rules) ? ZonalAuction.Clear(orders, rules) : Clear(orders, rules);

    /// <exception cref="OverflowException">The volume does not fit in 64 bits of Wh.</exception>
    /// <exception cref="ArgumentException">An order's energy is not positive.</exception>
    public static Clearing Clear(IEnumerable<Order> orders, MarketRules rules)
    {
        var book = orders as IReadOnlyCollection<Order> ?? [.. orders];
        return book.Count >= PackedUniformPrice.WorthwhileFrom && PackedUniformPrice.TryClear(book, rules, out var clearing) ? clearing : ClearBySorting(book, rules);
    }

    /// <summary>The same by sorting both sides, which takes any prices and energies.</summary>
    /// <inheritdoc cref="Clear(IEnumerable{Order}, MarketRules)"/>
    public static Clearing ClearBySorting(IEnumerable<Order> orders, MarketRules rules)
    {
        var ladder = Ladder.Of(orders);
        var (buys, sells, volume) = Cross(ladder.Buys, ladder.Sells);
        if (volume == 0)
        {
            return Clearing.Nothing;
        }

        var fills = Allocation.Fill(ladder.Buys.AsSpan()[..buys], volume).AddRange(Allocation.Fill(ladder.Sells.AsSpan()[..sells], volume));
        if (SelfTradeLimit.FirstBreach(fills, volume) is { } crossed)
        {
            // Only a loose book can hold crossing orders of one member: admission refuses a bid that crosses itself.
            return SelfTradeLimit.Clear(ladder, crossed, rules);
        }

        return Settle(ladder, fills, volume, rules, orderCounts: static _ => true);
    }

    /// <summary>
    /// Price and interval for given fills (rule 4), which stand in the ladder's order; <paramref name="orderCounts"/> says whose unfilled rest
    /// may bound it.
    /// </summary>
    internal static Clearing Settle(
        Ladder ladder, ImmutableArray<Fill> fills, Int128 volume, MarketRules rules, Func<Order, bool> orderCounts)
    {
        var buys = fills.AsSpan()[..fills.Count(fill => fill.Order.Side == Side.Buy)];
        var sells = fills.AsSpan()[buys.Length..];
        var (marginalBuy, marginalSell) = (buys[^1].Order.Price, sells[^1].Order.Price);
        var bestUnfilledBuy = BestUnfilled(ladder.Buys, buys, orderCounts);
        var bestUnfilledSell = BestUnfilled(ladder.Sells, sells, orderCounts);

        var interval = new PriceInterval(
            bestUnfilledBuy is { } low ? Price.Max(marginalSell, low) : marginalSell,
            bestUnfilledSell is { } high ? Price.Min(marginalBuy, high) : marginalBuy);
        return new Clearing(KPrice.Of(marginalBuy, marginalSell, interval, rules), interval, new Energy(checked((long)volume)), fills);
    }

    private static Price? BestUnfilled(ImmutableArray<Order> side, ReadOnlySpan<Fill> fills, Func<Order, bool> orderCounts)
    {
        var next = 0;
        foreach (var order in side)
        {
            var isFilled = next < fills.Length && ReferenceEquals(fills[next].Order, order);
            if (!(isFilled && fills[next].Energy == order.Energy) && orderCounts(order))
            {
                return order.Price;
            }

            next += isFilled ? 1 : 0;
        }

        return null;
    }

    /// <summary>
    /// Walks both ladders while the next buy still pays the next sell's price. Returns how many orders of each side stand
    /// at or better than the marginal prices, and the volume.
    /// </summary>
    private static (int Buys, int Sells, Int128 Volume) Cross(IReadOnlyList<Order> buys, IReadOnlyList<Order> sells)
    {
        int buy = 0, sell = 0;
        Int128 demand = 0, supply = 0, volume = 0;
        while (buy < buys.Count && sell < sells.Count && buys[buy].Price >= sells[sell].Price)
        {
            var buyEnd = demand + buys[buy].Energy.WattHours;
            var sellEnd = supply + sells[sell].Energy.WattHours;
            volume = Int128.Min(buyEnd, sellEnd);
            if (buyEnd == volume)
            {
                demand = buyEnd;
                buy++;
            }

            if (sellEnd == volume)
            {
                supply = sellEnd;
                sell++;
            }
        }

        return volume == 0 ? default : (EndOfLevel(buys, demand < volume ? buy : buy - 1), EndOfLevel(sells, supply < volume ? sell : sell - 1), volume);
    }

    private static int EndOfLevel(IReadOnlyList<Order> side, int marginal)
    {
        var end = marginal;
        while (end < side.Count && side[end].Price == side[marginal].Price)
        {
            end++;
        }

        return end;
    }
}
