using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>
/// The curves of a cluster's agents and their sum, kept up to date: one curve changed costs one pass over the price steps,
/// however many agents there are, and allocates nothing.
/// </summary>
/// <remarks>
/// Sums are of integers, so the aggregate depends on which curves are in it and on nothing else. The curves lie one behind the
/// other in blocks; a new block never moves the old ones. Not for several threads at once.
/// </remarks>
public sealed class CurveCluster
{
    private const int BlockLength = 1 << 17; // 1 MB of demands

    private readonly List<Demand[]> _blocks = [];
    private readonly Stack<int> _free = [];
    private readonly List<bool> _taken = [];
    private readonly Demand[] _sum;
    private readonly int _curvesPerBlock;
    private readonly Demand _most;

    // Σ over the curves of the largest |demand|: while it is within the bound, no step's sum can leave it.
    private long _reach;

    /// <param name="most">What the curves' largest demands may add up to; at most <see cref="Demand.MaxOfSum"/>, which is the default.</param>
    public CurveCluster(MarketBasis basis, Demand? most = null)
    {
        Basis = basis;
        _most = most is { } bound && bound >= Demand.Zero ? Demand.Min(bound, Demand.MaxOfSum) : Demand.MaxOfSum;
        _sum = new Demand[basis.PriceSteps];
        _curvesPerBlock = Math.Max(1, BlockLength / basis.PriceSteps);
    }

    public MarketBasis Basis { get; }

    /// <summary>Agents that have a curve here.</summary>
    public int Count => _taken.Count - _free.Count;

    /// <summary>The sum of all curves, by price step; changes with them.</summary>
    public ReadOnlySpan<Demand> Aggregate => _sum;

    /// <summary>A copy of the sum as a curve.</summary>
    public DemandCurve ToCurve() => DemandCurve.Trusted(Basis, [.. _sum]);

    /// <summary>Where the sum meets a target.</summary>
    public Equilibrium Equilibrium(Demand target) => Curves.Equilibrium.Of(_sum, target);

    /// <summary>Takes in an agent's first curve.</summary>
    /// <param name="slot">Names the curve from now on; free numbers are given out again.</param>
    /// <param name="fault">Why not; the cluster is then as before.</param>
    public bool TryAdd(DemandCurve curve, out int slot, out CurveFault fault)
    {
        slot = -1;
        if (!Fits(curve, ReadOnlySpan<Demand>.Empty, out fault))
        {
            return false;
        }

        slot = _free.TryPop(out var reused) ? reused : NewSlot();
        _taken[slot] = true;
        Exchange(Row(slot), curve.Demands);
        return true;
    }

    /// <summary>Puts an agent's new curve in the place of its old one.</summary>
    /// <param name="fault">Why not; the old curve then stays.</param>
    public bool TryReplace(int slot, DemandCurve curve, out CurveFault fault)
    {
        var row = Row(slot);
        if (!Fits(curve, row, out fault))
        {
            return false;
        }

        Exchange(row, curve.Demands);
        return true;
    }

    /// <summary>Forgets an agent's curve and frees its slot.</summary>
    public void Remove(int slot)
    {
        Exchange(Row(slot), []);
        _taken[slot] = false;
        _free.Push(slot);
    }

    /// <summary>The curve in a slot, as it lies there.</summary>
    public ReadOnlySpan<Demand> CurveOf(int slot) => Row(slot);

    /// <summary>The sum of all curves, added up anew: equal to <see cref="Aggregate"/>, for those who want to check.</summary>
    public Demand[] Recount()
    {
        var sum = new Demand[Basis.PriceSteps];
        foreach (var block in _blocks)
        {
            // Free places hold zeros.
            CurveSum.AddTo(sum, block);
        }

        return sum;
    }

    private bool Fits(DemandCurve curve, ReadOnlySpan<Demand> replaced, out CurveFault fault)
    {
        fault = curve.Basis != Basis ? CurveFault.OtherBasis
            : ReachOf(curve.Demands) > _most.NanoWatts - (_reach - ReachOf(replaced)) ? CurveFault.SumOutOfRange
            : default;
        return fault == default;
    }

    /// <param name="curve">Empty for zero.</param>
    private void Exchange(Span<Demand> row, ReadOnlySpan<Demand> curve)
    {
        _reach += ReachOf(curve) - ReachOf(row);
        CurveSum.AddChange(MemoryMarshal.Cast<Demand, long>(_sum.AsSpan()), Longs(curve), Longs(row));
        if (curve.IsEmpty)
        {
            row.Clear();
        }
        else
        {
            curve.CopyTo(row);
        }
    }

    private static long ReachOf(ReadOnlySpan<Demand> curve) =>
        curve.IsEmpty ? 0 : Math.Max(Math.Abs(curve[0].NanoWatts), Math.Abs(curve[^1].NanoWatts));

    private Span<Demand> Row(int slot)
    {
        if (slot < 0 || slot >= _taken.Count || !_taken[slot])
        {
            throw new ArgumentOutOfRangeException(nameof(slot), slot, "No curve is there.");
        }

        var (block, row) = Math.DivRem(slot, _curvesPerBlock);
        return _blocks[block].AsSpan(row * Basis.PriceSteps, Basis.PriceSteps);
    }

    private int NewSlot()
    {
        if (_taken.Count == _blocks.Count * _curvesPerBlock)
        {
            _blocks.Add(new Demand[_curvesPerBlock * Basis.PriceSteps]);
        }

        _taken.Add(false);
        return _taken.Count - 1;
    }

    private static ReadOnlySpan<long> Longs(ReadOnlySpan<Demand> demands) => MemoryMarshal.Cast<Demand, long>(demands);
}
