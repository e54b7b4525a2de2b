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
            Require(order);
            (order.Side == Side.Buy ? buys : sells).Add(order);
        }

        buys.Sort(Compare);
        sells.Sort(Compare);
        return new Ladder(buys.DrainToImmutable(), sells.DrainToImmutable());
    }

    /// <summary>Buys before sells, best price first, then by key, then by member.</summary>
    public static int Compare(Order a, Order b)
    {
        var order = ((int)a.Side).CompareTo((int)b.Side); // an enumeration would be boxed
        order = order != 0 ? order : a.Side == Side.Buy ? b.Price.CompareTo(a.Price) : a.Price.CompareTo(b.Price);
        order = order != 0 ? order : a.Key.CompareTo(b.Key);
        return order != 0 ? order : a.Member.CompareTo(b.Member);
    }

    /// <exception cref="ArgumentException">The order's energy is not positive.</exception>
    public static void Require(Order order)
    {
        if (order.Energy <= Energy.Zero)
        {
            throw new ArgumentException($"An order's energy is positive; {order.Member} has {order.Energy}.", nameof(order));
        }
    }
}
