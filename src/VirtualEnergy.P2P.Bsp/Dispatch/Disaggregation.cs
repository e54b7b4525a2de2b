using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Bsp.Dispatch;

/// <summary>Who moves how much.</summary>
/// <param name="Watts">W of each home, in the order given.</param>
/// <param name="Missing">W of the target that the homes together cannot do; 0 as a rule.</param>
/// <param name="Surplus">W that the homes move in any case beyond the target; 0 as a rule.</param>
/// <param name="UsesReserve">Whether the target could be reached only with what is kept for outages.</param>
public sealed record DispatchPlan(ImmutableArray<long> Watts, long Missing, long Surplus, bool UsesReserve)
{
    /// <summary>What holding it for a thousand hours costs, µEUR (W × µEUR/kWh).</summary>
    public Int128 CostOf(IReadOnlyList<DispatchHome> homes) => homes.Select((home, i) => home.CostOf(Watts[i])).Aggregate(Int128.Zero, (sum, cost) => sum + cost);
}

/// <summary>
/// Divides a unit's target over its homes at the least cost: all homes' steps in one row by price, the cheapest first. With convex costs that is the
/// optimum in whole W: any other division takes a dearer step somewhere for a cheaper one left elsewhere.
/// </summary>
/// <remarks>
/// At the price where the target is reached, homes share what is left by how much they have at that price: the k-th gets the difference of two rounded running
/// totals, so shares are whole and exact. Order among homes is by their id, so nothing depends on the order in which they are given.
/// </remarks>
public static class Disaggregation
{
    /// <param name="target">W in the direction of the homes' steps, not negative.</param>
    /// <param name="homes">Each without an <see cref="DispatchHome.Objection"/>.</param>
    /// <param name="reservePermille">Of each home's most, so many thousandths are kept for when others drop out, as long as the target is reached without.</param>
    public static DispatchPlan Distribute(long target, IReadOnlyList<DispatchHome> homes, int reservePermille = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(target);
        ArgumentOutOfRangeException.ThrowIfNegative(reservePermille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reservePermille, 999);
        var most = new long[homes.Count];
        long least = 0, all = 0, sparing = 0;
        for (var i = 0; i < most.Length; i++)
        {
            most[i] = Math.Max(homes[i].Least, homes[i].Most - homes[i].Most * reservePermille / 1000);
            (least, all, sparing) = (least + homes[i].Least, all + homes[i].Most, sparing + most[i]);
        }

        var usesReserve = target > sparing && all > sparing;
        for (var i = 0; usesReserve && i < most.Length; i++)
        {
            most[i] = homes[i].Most;
        }

        var reachable = Math.Clamp(target, least, all);
        var watts = Cheapest(reachable - least, homes, most);
        return new DispatchPlan(ImmutableCollectionsMarshal.AsImmutableArray(watts), Math.Max(0, target - all), Math.Max(0, least - target), usesReserve);
    }

    private static long[] Cheapest(long wanted, IReadOnlyList<DispatchHome> homes, long[] most)
    {
        var (prices, powers) = Row(homes, most);
        Array.Sort(prices, powers);
        var (marginal, left, atMargin) = Margin(prices, powers, wanted);
        var order = ByName(homes);
        var watts = new long[homes.Count];
        long before = 0, given = 0;
        foreach (var i in order)
        {
            var (cheaper, at) = Split(homes[i], most[i], marginal);
            before += at;
            var share = atMargin == 0 ? 0 : (long)((Int128)left * before / atMargin) - given;
            given += share;
            watts[i] = homes[i].Least + cheaper + share;
        }

        return watts;
    }

    // Every piece that may be taken above the leasts, as a price and a power.
    private static (long[] Prices, long[] Powers) Row(IReadOnlyList<DispatchHome> homes, long[] most)
    {
        var count = 0;
        for (var i = 0; i < most.Length; i++)
        {
            count += homes[i].Steps.Length;
        }

        var (prices, powers, n) = (new long[count], new long[count], 0);
        for (var i = 0; i < most.Length; i++)
        {
            long from = 0;
            foreach (var step in homes[i].Steps)
            {
                (prices[n], powers[n]) = (step.Price.MicroEurPerKWh, Within(from, from + step.Watts, homes[i].Least, most[i]));
                from += step.Watts;
                n++;
            }
        }

        return (prices, powers);
    }

    // The price at which the wanted power is reached, what is left for it there, and how much there is at that price.
    private static (long Price, long Left, long Available) Margin(long[] prices, long[] powers, long wanted)
    {
        for (var i = 0; i < prices.Length;)
        {
            var (price, there) = (prices[i], 0L);
            for (; i < prices.Length && prices[i] == price; i++)
            {
                there += powers[i];
            }

            if (wanted <= there)
            {
                return (price, wanted, there);
            }

            wanted -= there;
        }

        return (long.MaxValue, 0, 0);
    }

    private static (long Cheaper, long At) Split(DispatchHome home, long most, long marginal)
    {
        long from = 0, cheaper = 0, at = 0;
        foreach (var step in home.Steps)
        {
            var power = Within(from, from + step.Watts, home.Least, most);
            cheaper += step.Price.MicroEurPerKWh < marginal ? power : 0;
            at += step.Price.MicroEurPerKWh == marginal ? power : 0;
            from += step.Watts;
        }

        return (cheaper, at);
    }

    private static long Within(long from, long to, long least, long most) => Math.Max(0, Math.Min(to, most) - Math.Max(from, least));

    private static int[] ByName(IReadOnlyList<DispatchHome> homes)
    {
        var order = new int[homes.Count];
        var sorted = true;
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            sorted &= i == 0 || homes[i - 1].Home.CompareTo(homes[i].Home) <= 0;
        }

        if (!sorted)
        {
            Array.Sort(order, (a, b) => homes[a].Home.CompareTo(homes[b].Home));
        }

        return order;
    }
}
