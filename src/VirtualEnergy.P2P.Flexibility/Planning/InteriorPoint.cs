using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// Finds the cheapest schedule of a <see cref="ScheduleProgram"/> by Mehrotra's predictor and corrector (SIAM J. Optimization 2, 1992, 575), from one that is known: both
/// the energies and the prices are moved into the inside of what they may be, and from there straight at the optimum.
/// </summary>
/// <remarks>
/// Where devices can do the same thing for the same price, a price cannot tell which of them is to do it; here all are decided at once. A step costs some 15 operations a
/// variable and a solution of <see cref="StoreChain"/>. Keeps its arrays from plan to plan. Not safe for concurrent use.
/// </remarks>
internal sealed class InteriorPoint
{
    private const int MostSteps = 30;

    // Into the inside by so much of what lies between the bounds, and by so much µEUR.
    private const double Inside = 0.05;
    private const double FirstProduct = 1e6;

    // As far as the nearest bound, but for this.
    private const double Reach = 0.995;

    // What rows may miss, Wh.
    private const double Kept = 0.01;

    private readonly ScheduleProgram _program;
    private readonly StoreChain _chain = new();
    private Bounds[] _bounds = [];
    private double[] _values = [];
    private double[] _weights = [];
    private double[] _worth = [];
    private double[] _move = [];
    private double[] _balance = [];
    private double[] _stores = [];
    private double[] _balanceMissing = [];
    private double[] _storesMissing = [];
    private double[] _balanceMove = [];
    private double[] _storesMove = [];

    public InteriorPoint(ScheduleProgram program) => _program = program;

    /// <summary>Four variables between their bounds: what is left to each, what each costs, and by how much that is to change.</summary>
    private struct Bounds
    {
        public Vector256<double> Free;
        public Vector256<double> ToLow;
        public Vector256<double> ToHigh;
        public Vector256<double> Below;
        public Vector256<double> Above;
        public Vector256<double> PerLow;
        public Vector256<double> PerHigh;
        public Vector256<double> BelowMove;
        public Vector256<double> AboveMove;
        public Vector256<double> Missing;
        public Vector256<double> Needed;
    }

    /// <summary>How far a move may go, of the schedule and of the prices, all of it at the most; and the products when it has gone so far.</summary>
    private readonly record struct Turned(double Schedule, double Prices, double Products);

    /// <summary>The best schedule found.</summary>
    public double[] Values => _values;

    /// <summary>What a kWh inside the home is worth in each period with it, µEUR/kWh.</summary>
    public ReadOnlySpan<double> Prices => _balance.AsSpan(0, _program.Periods);

    /// <param name="inside">Prices inside the home that go with the known schedule, µEUR/kWh.</param>
    /// <param name="enough">How far above its bound the cost may stay, thousandths of a µEUR.</param>
    /// <returns>Whether it came that near.</returns>
    public bool Solve(ReadOnlySpan<double> inside, double enough)
    {
        var bounds = Begin(inside);
        for (var step = 0; step < MostSteps; step++)
        {
            _program.Missing(_values, _balanceMissing, _storesMissing);
            _program.Worth(_balance, _stores, _worth);
            var gap = Predict();
            if (!double.IsFinite(gap) || bounds == 0)
            {
                return false;
            }

            if (gap < enough && IsKept())
            {
                return true;
            }

            _chain.Factor(_program, _weights);
            Correct(Math.Pow(Turn(gap).Products / gap, 3) * gap / bounds);
            var turned = Turn(gap);
            Go(Math.Min(1, Reach * turned.Schedule), Math.Min(1, Reach * turned.Prices));
        }

        return false;
    }

    // The known schedule and its prices, moved inside; how many bounds there are.
    private int Begin(ReadOnlySpan<double> inside)
    {
        var (size, stride, rows) = (_program.Size, _program.Stride, _program.StoreRows + 1);
        if (_values.Length < size || _balance.Length < stride || _stores.Length < rows)
        {
            (_bounds, _values, _weights) = (new Bounds[size / ScheduleProgram.LanesWide], new double[size], new double[size]);
            (_worth, _move) = (new double[size], new double[size]);
            (_balance, _balanceMissing, _balanceMove) = (new double[stride], new double[stride], new double[stride]);
            (_stores, _storesMissing, _storesMove) = (new double[rows], new double[rows], new double[rows]);
        }

        // One row is read beyond the last.
        _storesMove[rows - 1] = 0;
        _program.Price(inside, _balance, _stores);
        _program.Worth(_balance, _stores, _worth);
        foreach (var nothing in (ReadOnlySpan<double[]>)[_values, _weights, _move])
        {
            Array.Clear(nothing, _program.Count, stride);
        }

        var low = Lanes(_program.Low);
        var high = Lanes(_program.High);
        var known = Lanes(_program.Known);
        var free = Lanes(_program.Free);
        var cost = Lanes(_program.Cost);
        var worth = Lanes(_worth);
        var values = Lanes(_values);
        var (bounds, first) = (Vector256<double>.Zero, Vector256.Create(FirstProduct));
        for (var i = 0; i < values.Length; i++)
        {
            ref var at = ref _bounds[i];
            var (held, margin, reduced) = (Vector256<double>.One - free[i], Inside * (high[i] - low[i]), cost[i] - worth[i]);

            // Where there is nothing to choose, the bounds are far and cost nothing.
            values[i] = held * low[i] + free[i] * Vector256.Max(low[i] + margin, Vector256.Min(high[i] - margin, known[i]));
            (at.Free, at.ToLow, at.ToHigh) = (free[i], values[i] - low[i] + held, high[i] - values[i] + held);
            at.Below = free[i] * (Vector256.Max(Vector256<double>.Zero, reduced) + first / at.ToLow);
            at.Above = free[i] * (Vector256.Max(Vector256<double>.Zero, -reduced) + first / at.ToHigh);
            bounds += free[i];
        }

        return 2 * (int)Vector256.Sum(bounds);
    }

    // Straight at the optimum, where the products are nothing. How far the cost is from its bound, once the rows are kept: the products of what is left to each bound and
    // what the bound costs.
    private double Predict()
    {
        var cost = Lanes(_program.Cost);
        var worth = Lanes(_worth);
        var weights = Lanes(_weights);
        var move = Lanes(_move);
        var gap = Vector256<double>.Zero;
        for (var i = 0; i < weights.Length; i++)
        {
            ref var at = ref _bounds[i];
            (at.BelowMove, at.AboveMove) = (-at.ToLow * at.Below, -at.ToHigh * at.Above);
            gap -= at.BelowMove + at.AboveMove;
            (at.PerLow, at.PerHigh) = (Vector256<double>.One / at.ToLow, Vector256<double>.One / at.ToHigh);
            weights[i] = at.Free / (at.Below * at.PerLow + at.Above * at.PerHigh + Vector256<double>.One - at.Free);
            at.Needed = cost[i] - worth[i];
            at.Missing = at.Needed - at.Below + at.Above;
            move[i] = weights[i] * at.Needed;
        }

        return Vector256.Sum(gap);
    }

    private bool IsKept()
    {
        var most = 0.0;
        foreach (var row in _balanceMissing.AsSpan(0, _program.Stride))
        {
            most = Math.Max(most, Math.Abs(row));
        }

        foreach (var row in _storesMissing.AsSpan(0, _program.StoreRows))
        {
            most = Math.Max(most, Math.Abs(row));
        }

        return most < Kept;
    }

    // To a product that all have in common, but for what the moves of the prediction multiply to.
    private void Correct(double product)
    {
        var weights = Lanes(_weights);
        var move = Lanes(_move);
        for (var i = 0; i < move.Length; i++)
        {
            ref var at = ref _bounds[i];
            at.BelowMove = product * at.Free - at.ToLow * at.Below - move[i] * at.BelowMove;
            at.AboveMove = product * at.Free - at.ToHigh * at.Above + move[i] * at.AboveMove;
            at.Needed = at.Missing - at.BelowMove * at.PerLow + at.AboveMove * at.PerHigh;
            move[i] = weights[i] * at.Needed;
        }
    }

    // The move that changes the products so, keeps the rows and prices everything at what it costs.
    private Turned Turn(double gap)
    {
        _program.Rows(_move, _balanceMove, _storesMove);
        Add(_balanceMissing.AsSpan(0, _program.Stride), _balanceMove);
        Add(_storesMissing.AsSpan(0, _program.StoreRows), _storesMove);
        _chain.Solve(_balanceMove, _storesMove);
        _program.Worth(_balanceMove, _storesMove, _worth);
        var worth = Lanes(_worth);
        var weights = Lanes(_weights);
        var move = Lanes(_move);
        var (schedule, prices) = (Vector256<double>.One, Vector256<double>.One);
        var (bySchedule, byPrices, byBoth) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        for (var i = 0; i < move.Length; i++)
        {
            ref var at = ref _bounds[i];
            var (by, held) = (weights[i] * (worth[i] - at.Needed), Vector256<double>.One - at.Free);
            var (below, above) = ((at.BelowMove - at.Below * by) * at.PerLow, (at.AboveMove + at.Above * by) * at.PerHigh);
            (move[i], at.BelowMove, at.AboveMove) = (by, below, above);
            schedule = Vector256.Max(schedule, Vector256.Max(-by * at.PerLow, by * at.PerHigh));
            prices = Vector256.Max(prices, Vector256.Max(-below / (at.Below + held), -above / (at.Above + held)));
            bySchedule += by * (at.Below - at.Above);
            byPrices += at.ToLow * below + at.ToHigh * above;
            byBoth += by * (below - above);
        }

        var (forward, priced) = (1 / Most(schedule), 1 / Most(prices));
        return new Turned(forward, priced, gap + forward * Vector256.Sum(bySchedule) + priced * Vector256.Sum(byPrices) + forward * priced * Vector256.Sum(byBoth));
    }

    private void Go(double forward, double prices)
    {
        var values = Lanes(_values);
        var move = Lanes(_move);
        for (var i = 0; i < move.Length; i++)
        {
            ref var at = ref _bounds[i];
            var by = forward * move[i];
            (values[i], at.ToLow, at.ToHigh) = (values[i] + by, at.ToLow + by, at.ToHigh - by);
            (at.Below, at.Above) = (at.Below + prices * at.BelowMove, at.Above + prices * at.AboveMove);
        }

        Add(_balanceMove.AsSpan(0, _program.Stride), _balance, prices);
        Add(_storesMove.AsSpan(0, _program.StoreRows), _stores, prices);
    }

    private static void Add(ReadOnlySpan<double> what, Span<double> to, double times = 1)
    {
        for (var i = 0; i < what.Length; i++)
        {
            to[i] += what[i] * times;
        }
    }

    private static double Most(Vector256<double> lanes) => Math.Max(Math.Max(lanes[0], lanes[1]), Math.Max(lanes[2], lanes[3]));

    // Four at a time, whatever the machine, so that sums come out the same everywhere.
    private Span<Vector256<double>> Lanes(double[] variables) => MemoryMarshal.Cast<double, Vector256<double>>(variables.AsSpan(0, _program.Count));
}
