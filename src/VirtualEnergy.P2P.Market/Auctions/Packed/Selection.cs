using System.Numerics;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>Finds the first few of many without putting the others in order: a handful of passes over ever fewer items.</summary>
internal static class Selection
{
    /// <summary>Brings the first ones to the front, in any order among themselves.</summary>
    /// <param name="items">Reordered.</param>
    /// <param name="count">How many; 1 to all.</param>
    /// <param name="comparer">Says who comes first.</param>
    public static void BringForward<T, TComparer>(Span<T> items, int count, TComparer comparer)
        where TComparer : IComparer<T>
    {
        var (low, high, last) = (0, items.Length - 1, count - 1);

        // Whoever arranges the items so that pivots are bad gets them sorted: n log n at the worst, never n².
        for (var turns = 2 * BitOperations.Log2((uint)items.Length); low < high; turns--)
        {
            var range = items[low..(high + 1)];
            if (turns == 0)
            {
                range.Sort(comparer);
                return;
            }

            var (lower, upper) = Partition(range, comparer);
            if (last <= low + lower)
            {
                high = low + lower;
            }
            else if (last >= low + upper)
            {
                low += upper;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Splits around a pivot (Hoare): none up to the lower end comes after it, none from the upper end on before it.</summary>
    private static (int Lower, int Upper) Partition<T, TComparer>(Span<T> items, TComparer comparer)
        where TComparer : IComparer<T>
    {
        var pivot = Median(items[0], items[items.Length / 2], items[^1], comparer);
        var (left, right) = (0, items.Length - 1);
        while (left <= right)
        {
            while (comparer.Compare(items[left], pivot) < 0)
            {
                left++;
            }

            while (comparer.Compare(items[right], pivot) > 0)
            {
                right--;
            }

            if (left <= right)
            {
                (items[left], items[right]) = (items[right], items[left]);
                left++;
                right--;
            }
        }

        return (right, left);
    }

    private static T Median<T, TComparer>(T a, T b, T c, TComparer comparer)
        where TComparer : IComparer<T>
    {
        var (low, high) = comparer.Compare(a, b) <= 0 ? (a, b) : (b, a);
        return comparer.Compare(c, low) <= 0 ? low : comparer.Compare(c, high) >= 0 ? high : c;
    }
}
