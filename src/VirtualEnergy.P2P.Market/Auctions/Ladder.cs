using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>A book sorted for clearing: best price first on each side, ties by key, then by member.</summary>
internal sealed record Ladder(ImmutableArray<Order> Buys, ImmutableArray<Order> Sells)
{
    public static Ladder Of(IEnumerable<Order> orders)
    {
        var (buys, sells) = (new List<Order>(), new List<Order>());
        foreach (var order in orders)
        {
            Require(order);
            (order.Side == Side.Buy ? buys : sells).Add(order);
        }

        return new Ladder(Sorted(buys, static order => ~order.Price.MicroEurPerKWh), Sorted(sells, static order => order.Price.MicroEurPerKWh));
    }

    /// <summary>By bare numbers first, which is several times as fast as comparing orders; only those of one price are compared as such.</summary>
    private static ImmutableArray<Order> Sorted(List<Order> side, Func<Order, long> rank)
    {
        var (ranks, places) = (new long[side.Count], new int[side.Count]);
        for (var i = 0; i < ranks.Length; i++)
        {
            (ranks[i], places[i]) = (rank(side[i]), i);
        }

        Array.Sort(ranks, places);
        var sorted = Array.ConvertAll(places, place => side[place]);
        SortAlike(sorted.AsSpan(), static (a, b) => a.Price == b.Price, Compare);
        return ImmutableCollectionsMarshal.AsImmutableArray(sorted);
    }

    /// <summary>Puts in order, by all that there is to compare, what lies side by side after sorting by a bare number and is alike in that.</summary>
    public static void SortAlike<T>(Span<T> sorted, Func<T, T, bool> isAlike, Comparison<T> comparison)
    {
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            end = start + 1;
            while (end < sorted.Length && isAlike(sorted[start], sorted[end]))
            {
                end++;
            }

            sorted[start..end].Sort(comparison);
        }
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
