using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>Adds curves that lie one behind the other in memory.</summary>
/// <remarks>
/// The cost is reading them, and memory is read fastest strictly forward: so curve after curve is added as it comes, the first
/// 24 vectors of the sum staying in registers all the while. Additions do not check for overflow; whoever stores the curves
/// keeps Σ |demand| within <see cref="Demand.MaxOfSum"/>.
/// </remarks>
public static class CurveSum
{
    private const int Registers = 24;

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
        if (totals.Length >= Registers * Vector<long>.Count)
        {
            AddWide(totals, rows);
            return;
        }

        for (; rows.Length > 0; rows = rows[totals.Length..])
        {
            Add(totals, rows[..totals.Length]);
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

    private static void Add(Span<long> totals, ReadOnlySpan<long> row)
    {
        var step = 0;
        for (; step <= totals.Length - Vector<long>.Count; step += Vector<long>.Count)
        {
            (new Vector<long>(totals[step..]) + new Vector<long>(row[step..])).CopyTo(totals[step..]);
        }

        for (; step < totals.Length; step++)
        {
            totals[step] = unchecked(totals[step] + row[step]);
        }
    }

    private static void AddWide(Span<long> totals, ReadOnlySpan<long> rows)
    {
        var inRegisters = Registers * Vector<long>.Count;
        ref var total = ref MemoryMarshal.GetReference(totals);
        Vector<long> t0 = Load(ref total, 0), t1 = Load(ref total, 1), t2 = Load(ref total, 2), t3 = Load(ref total, 3);
        Vector<long> t4 = Load(ref total, 4), t5 = Load(ref total, 5), t6 = Load(ref total, 6), t7 = Load(ref total, 7);
        Vector<long> t8 = Load(ref total, 8), t9 = Load(ref total, 9), t10 = Load(ref total, 10), t11 = Load(ref total, 11);
        Vector<long> t12 = Load(ref total, 12), t13 = Load(ref total, 13), t14 = Load(ref total, 14), t15 = Load(ref total, 15);
        Vector<long> t16 = Load(ref total, 16), t17 = Load(ref total, 17), t18 = Load(ref total, 18), t19 = Load(ref total, 19);
        Vector<long> t20 = Load(ref total, 20), t21 = Load(ref total, 21), t22 = Load(ref total, 22), t23 = Load(ref total, 23);
        for (; rows.Length > 0; rows = rows[totals.Length..])
        {
            ref var row = ref MemoryMarshal.GetReference(rows);
            t0 += Load(ref row, 0); t1 += Load(ref row, 1); t2 += Load(ref row, 2); t3 += Load(ref row, 3);
            t4 += Load(ref row, 4); t5 += Load(ref row, 5); t6 += Load(ref row, 6); t7 += Load(ref row, 7);
            t8 += Load(ref row, 8); t9 += Load(ref row, 9); t10 += Load(ref row, 10); t11 += Load(ref row, 11);
            t12 += Load(ref row, 12); t13 += Load(ref row, 13); t14 += Load(ref row, 14); t15 += Load(ref row, 15);
            t16 += Load(ref row, 16); t17 += Load(ref row, 17); t18 += Load(ref row, 18); t19 += Load(ref row, 19);
            t20 += Load(ref row, 20); t21 += Load(ref row, 21); t22 += Load(ref row, 22); t23 += Load(ref row, 23);
            Add(totals[inRegisters..], rows[inRegisters..totals.Length]);
        }

        Store(t0, ref total, 0); Store(t1, ref total, 1); Store(t2, ref total, 2); Store(t3, ref total, 3);
        Store(t4, ref total, 4); Store(t5, ref total, 5); Store(t6, ref total, 6); Store(t7, ref total, 7);
        Store(t8, ref total, 8); Store(t9, ref total, 9); Store(t10, ref total, 10); Store(t11, ref total, 11);
        Store(t12, ref total, 12); Store(t13, ref total, 13); Store(t14, ref total, 14); Store(t15, ref total, 15);
        Store(t16, ref total, 16); Store(t17, ref total, 17); Store(t18, ref total, 18); Store(t19, ref total, 19);
        Store(t20, ref total, 20); Store(t21, ref total, 21); Store(t22, ref total, 22); Store(t23, ref total, 23);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<long> Load(ref long start, int vector) => Vector.LoadUnsafe(ref start, (nuint)(vector * Vector<long>.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector<long> values, ref long start, int vector) => values.StoreUnsafe(ref start, (nuint)(vector * Vector<long>.Count));
}
