using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions.Packed;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>Who of one side is filled how far, when less clears than stands at the margin.</summary>
internal static class Allocation
{
    /// <summary>
    /// Fills the orders best price first; the level at which the volume runs out shares what is left pro rata in whole Wh,
    /// largest remainder first, then smallest key (rule 4).
    /// </summary>
    /// <param name="side">Orders of one side, best price first.</param>
    /// <param name="volume">Wh to give out; at most what the orders hold.</param>
    public static ImmutableArray<Fill> Fill(ReadOnlySpan<Order> side, Int128 volume)
    {
        var fills = ImmutableArray.CreateBuilder<Fill>(side.Length);
        var left = volume;
        for (int start = 0, end; start < side.Length && left > 0; start = end)
        {
            end = start;
            Int128 level = 0;
            while (end < side.Length && side[end].Price == side[start].Price)
            {
                level += side[end++].Energy.WattHours;
            }

            if (level <= left)
            {
                foreach (var order in side[start..end])
                {
                    fills.Add(new Fill(order, order.Energy));
                }

                left -= level;
            }
            else
            {
                ShareProRata(side[start..end], level, left, fills);
                left = 0;
            }
        }

        return fills.DrainToImmutable();
    }

    private static void ShareProRata(ReadOnlySpan<Order> level, Int128 total, Int128 available, ImmutableArray<Fill>.Builder fills)
    {
        var shares = new long[level.Length];
        var remainders = new Int128[level.Length];
        var left = available;
        for (var i = 0; i < level.Length; i++)
        {
            var (share, remainder) = MultiplyDivide(available, level[i].Energy.WattHours, total);
            shares[i] = share;
            remainders[i] = remainder;
            left -= share;
        }

        var orders = level.ToArray();
        if (left > 0)
        {
            int[] places = [.. Enumerable.Range(0, orders.Length)];
            Selection.BringForward(places.AsSpan(), (int)left, new LargestRemainderFirst(orders, remainders));
            foreach (var i in places.AsSpan(0, (int)left))
            {
                shares[i]++;
            }
        }

        for (var i = 0; i < orders.Length; i++)
        {
            if (shares[i] > 0)
            {
                fills.Add(new Fill(orders[i], new Energy(shares[i])));
            }
        }
    }

    /// <summary>⌊a·b/c⌋ and a·b mod c, exact. a &lt; c and b fits in 63 bits, so the quotient fits in a long.</summary>
    internal static (long Quotient, Int128 Remainder) MultiplyDivide(Int128 a, long b, Int128 c)
    {
        if (a <= long.MaxValue)
        {
            var (whole, rest) = Int128.DivRem(a * b, c);
            return ((long)whole, rest);
        }

        var big = (System.Numerics.BigInteger)a * b;
        var quotient = System.Numerics.BigInteger.DivRem(big, (System.Numerics.BigInteger)c, out var remainder);
        return ((long)quotient, (Int128)remainder);
    }

    /// <summary>Then the smallest key; of orders that are alike in everything, the first in the level.</summary>
    private readonly struct LargestRemainderFirst(Order[] level, Int128[] remainders) : IComparer<int>
    {
        public int Compare(int a, int b)
        {
            var order = remainders[b].CompareTo(remainders[a]);
            order = order != 0 ? order : Ladder.Compare(level[a], level[b]);
            return order != 0 ? order : a.CompareTo(b);
        }
    }
}
