namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>One store's marginal values at the end of each period of the horizon, for given prices; and what follows from them going forward.</summary>
/// <remarks>Keeps its arrays from plan to plan. Not safe for concurrent use.</remarks>
internal sealed class ValueTable
{
    private readonly MarginalValue _value = new();
    private double[] _slopes = new double[1024];
    private double[] _lengths = new double[1024];
    private double[] _lows = [];
    private int[] _ends = [];
    private int[] _starts = [];
    private StoreProblem? _store;

    /// <summary>Goes back through the horizon, where energy inside the home has a price in each period.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prices">µEUR/kWh by period.</param>
    /// <param name="haste">See <see cref="HomeProblem.Haste"/>.</param>
    public void Solve(StoreProblem store, ReadOnlySpan<double> prices, double haste)
    {
        var last = store.Stages[^1];
        _value.Set(last.Floor, last.Ceiling, store.EndValue, store.Enough, store.EndValueBeyond);
        _value.Bound(last);
        Back(store, store.Stages.Length - 1, 0, prices, haste);
    }

    /// <summary>Goes back through some of the periods, from what fills are worth at the end of the last of them.</summary>
    /// <param name="store">The store.</param>
    /// <param name="first">Index of the first period.</param>
    /// <param name="last">Index of the last.</param>
    /// <param name="end">What fills are worth at its end.</param>
    /// <param name="prices">µEUR/kWh by period of the horizon.</param>
    /// <param name="haste">See <see cref="HomeProblem.Haste"/>.</param>
    public void Solve(StoreProblem store, int first, int last, FillValue end, ReadOnlySpan<double> prices, double haste)
    {
        _value.Set(end);
        Back(store, last, first, prices, haste);
    }

    /// <summary>What fills are worth at the end of a period.</summary>
    public FillValue At(int t) => new(
        _lows[t], _slopes.AsSpan(_starts[t], _ends[t] - _starts[t]).ToArray(), _lengths.AsSpan(_starts[t], _ends[t] - _starts[t]).ToArray());

    private void Back(StoreProblem store, int last, int first, ReadOnlySpan<double> prices, double haste)
    {
        _store = store;
        var stages = store.Stages;
        if (_lows.Length < stages.Length)
        {
            (_lows, _starts, _ends) = (new double[stages.Length], new int[stages.Length], new int[stages.Length]);
        }

        var used = 0;
        for (var t = last; t >= first; t--)
        {
            var count = _value.Count;
            if (used + count > _slopes.Length)
            {
                Array.Resize(ref _slopes, 2 * (used + count));
                Array.Resize(ref _lengths, 2 * (used + count));
            }

            _value.Slopes.CopyTo(_slopes.AsSpan(used));
            _value.Lengths.CopyTo(_lengths.AsSpan(used));
            (_lows[t], _starts[t]) = (_value.Low, used);
            used += count;
            _ends[t] = used;
            if (t > first)
            {
                _value.Precede(stages[t], prices[t], haste);
                _value.Bound(stages[t - 1]);
            }
        }
    }

    /// <summary>What the store would do in a period as a function of its price, from a fill at its start.</summary>
    /// <param name="t">Index of the period.</param>
    /// <param name="fill">Wh.</param>
    /// <param name="pieces">Gets the pieces, highest limit first.</param>
    /// <param name="store">The number the pieces carry.</param>
    /// <returns>Energy at the highest prices, Wh ≤ 0.</returns>
    public double Demand(int t, double fill, List<StorePiece> pieces, int store)
    {
        ref readonly var stage = ref _store!.Stages[t];
        var left = stage.Left(fill);
        var lowest = Math.Min(left, Math.Max(left - stage.MostOut / stage.OutYield, stage.Floor));
        var highest = Math.Max(left, Math.Min(left + stage.MostIn * stage.InYield, stage.Ceiling));
        var at = lowest;
        if (at < _lows[t])
        {
            at = Slice(at, Math.Min(highest, _lows[t]), StoreStage.Scarcity, left, stage, pieces, store);
        }

        var end = _lows[t];
        for (var i = _starts[t]; i < _ends[t] && at < highest; i++)
        {
            end += _lengths[i];
            if (end > at)
            {
                at = Slice(at, Math.Min(highest, end), _slopes[i], left, stage, pieces, store);
            }
        }

        if (at < highest)
        {
            _ = Slice(at, highest, 0, left, stage, pieces, store);
        }

        return (lowest - left) * stage.OutYield;
    }

    // A piece of one slope, in the part where less is discharged, in the part where more is charged, or in both.
    private static double Slice(double from, double to, double slope, double left, in StoreStage stage, List<StorePiece> pieces, int store)
    {
        const double Nothing = 1e-6;
        if (from < left)
        {
            var energy = (Math.Min(to, left) - from) * stage.OutYield;
            if (energy > Nothing)
            {
                pieces.Add(new StorePiece(store, slope / stage.OutYield + stage.OutCost, energy));
            }
        }

        if (to > left)
        {
            var energy = (to - Math.Max(from, left)) / stage.InYield;
            if (energy > Nothing)
            {
                pieces.Add(new StorePiece(store, slope * stage.InYield - stage.Wear, energy));
            }
        }

        return to;
    }
}

/// <summary>A piece of the demand of one of several stores.</summary>
internal readonly record struct StorePiece(int Store, double Limit, double Energy);
