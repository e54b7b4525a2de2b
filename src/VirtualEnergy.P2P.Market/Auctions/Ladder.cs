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

        return new Ladder(Sorted(buys), Sorted(sells));
    }

    private static ImmutableArray<Order> Sorted(List<Order> side) =>
        ImmutableCollectionsMarshal.AsImmutableArray(Sorted([.. side], static order => order));

    /// <summary>Fills of any sides in the order of <see cref="Compare"/>.</summary>
    public static ImmutableArray<Fill> Sorted(IEnumerable<Fill> fills)
    {
        var sides = fills.ToLookup(fill => fill.Order.Side);
        return [.. Sorted([.. sides[Side.Buy]], static fill => fill.Order), .. Sorted([.. sides[Side.Sell]], static fill => fill.Order)];
    }

    /// <summary>
    /// By bare numbers first, price and then the head of the key, which is many times as fast as comparing orders; only those that
    /// are alike in both are compared as such.
    /// </summary>
    private static T[] Sorted<T>(T[] side, Func<T, Order> orderOf)
    {
        var (numbers, places) = (new long[side.Length], new int[side.Length]);
        for (var i = 0; i < numbers.Length; i++)
        {
            var order = orderOf(side[i]);
            (numbers[i], places[i]) = (order.Side == Side.Buy ? ~order.Price.MicroEurPerKWh : order.Price.MicroEurPerKWh, i);
        }

        Array.Sort(numbers, places);
        for (int start = 0, end; start < numbers.Length; start = end)
        {
            for (end = start; end < numbers.Length && numbers[end] == numbers[start]; end++)
            {
            }

            for (var i = start; i < end && end - start > 1; i++)
            {
                numbers[i] = orderOf(side[places[i]]).Key.Leading;
            }

            Array.Sort(numbers, places, start, end - start);
        }

        var sorted = Array.ConvertAll(places, place => side[place]);
        SortAlike(sorted.AsSpan(), (a, b) => orderOf(a).Price == orderOf(b).Price && orderOf(a).Key.Leading == orderOf(b).Key.Leading, (a, b) => Compare(orderOf(a), orderOf(b)));
        return sorted;
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
