using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>A book sorted for clearing: best price first on each side, ties by key, then by member.</summary>
internal sealed record Ladder(ImmutableArray<Order> Buys, ImmutableArray<Order> Sells)
{
    public static Ladder Of(IEnumerable<Order> orders)
    {
        var buys = ImmutableArray.CreateBuilder<Order>();
        var sells = ImmutableArray.CreateBuilder<Order>();
        foreach (var order in orders)
        {
            if (order.Energy <= Energy.Zero)
            {
                throw new ArgumentException($"An order's energy is positive; {order.Member} has {order.Energy}.", nameof(orders));
            }

            (order.Side == Side.Buy ? buys : sells).Add(order);
        }

        buys.Sort(static (a, b) => ByKey(b.Price.CompareTo(a.Price), a, b));
        sells.Sort(static (a, b) => ByKey(a.Price.CompareTo(b.Price), a, b));
        return new Ladder(buys.DrainToImmutable(), sells.DrainToImmutable());
    }

    private static int ByKey(int byPrice, Order a, Order b)
    {
        var order = byPrice != 0 ? byPrice : a.Key.CompareTo(b.Key);
        return order != 0 ? order : a.Member.CompareTo(b.Member);
    }
}
