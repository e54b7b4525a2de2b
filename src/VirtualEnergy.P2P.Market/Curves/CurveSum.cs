using System.Numerics;
using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>Adds curves that lie one behind the other in memory, many at a time.</summary>
/// <remarks>
/// The cost is reading them: eight curves are added up in registers before the sum is touched. Additions do not check for
/// overflow; whoever stores the curves keeps Σ |demand| within <see cref="Demand.MaxOfSum"/>.
/// </remarks>
public static class CurveSum
{
    private const int Together = 8;

    /// <summary>Adds every curve to <paramref name="sum"/>.</summary>
    /// <param name="curves">Curve after curve, each as long as <paramref name="sum"/>.</param>
    public static void AddTo(Span<Demand> sum, ReadOnlySpan<Demand> curves)
    {
        if (sum.IsEmpty || curves.Length % sum.Length != 0)
        {
            throw new ArgumentException(CurveFault.Length.Code(), nameof(curves));
        }

        var totals = MemoryMarshal.Cast<Demand, long>(sum);
        var rows = MemoryMarshal.Cast<Demand, long>(curves);
        var steps = totals.Length;
        while (rows.Length >= Together * steps)
        {
            AddEight(totals, rows);
            rows = rows[(Together * steps)..];
        }

        for (; rows.Length > 0; rows = rows[steps..])
        {
            AddChange(totals, rows[..steps], []);
        }
    }

    /// <summary>Adds <paramref name="added"/> and takes <paramref name="removed"/> away; either may be empty, which is zero.</summary>
    internal static void AddChange(Span<long> totals, ReadOnlySpan<long> added, ReadOnlySpan<long> removed)
    {
        var step = 0;
        for (; step <= totals.Length - Vector<long>.Count; step += Vector<long>.Count)
        {
            var total = new Vector<long>(totals[step..]);
            total += added.IsEmpty ? Vector<long>.Zero : new Vector<long>(added[step..]);
            total -= removed.IsEmpty ? Vector<long>.Zero : new Vector<long>(removed[step..]);
            total.CopyTo(totals[step..]);
        }

        for (; step < totals.Length; step++)
        {
            totals[step] = unchecked(totals[step] + (added.IsEmpty ? 0 : added[step]) - (removed.IsEmpty ? 0 : removed[step]));
        }
    }

    private static void AddEight(Span<long> totals, ReadOnlySpan<long> rows)
    {
        var steps = totals.Length;
        ref var total = ref MemoryMarshal.GetReference(totals);
        ref var row = ref MemoryMarshal.GetReference(rows);
        var step = 0;
        for (; step <= steps - Vector<long>.Count; step += Vector<long>.Count)
        {
            var at = (nuint)step;
            var width = (nuint)steps;
            var upper = Load(ref row, at) + Load(ref row, at + width) + Load(ref row, at + 2 * width) + Load(ref row, at + 3 * width);
            var lower = Load(ref row, at + 4 * width) + Load(ref row, at + 5 * width) + Load(ref row, at + 6 * width) + Load(ref row, at + 7 * width);
            (Load(ref total, at) + (upper + lower)).StoreUnsafe(ref total, at);
        }

        for (; step < steps; step++)
        {
            for (var curve = 0; curve < Together; curve++)
            {
                totals[step] = unchecked(totals[step] + rows[curve * steps + step]);
            }
        }
    }

    private static Vector<long> Load(ref long start, nuint offset) => Vector.LoadUnsafe(ref start, offset);
}
