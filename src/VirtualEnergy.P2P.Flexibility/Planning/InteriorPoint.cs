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
    private const int LanesWide = 4;

    // Into the inside by so much of what lies between the bounds, and by so much µEUR.
    private const double Inside = 0.05;
    private const double FirstProduct = 1e6;

    // As far as the nearest bound, but for this.
    private const double Reach = 0.995;

    // What rows may miss, Wh.
    private const double Kept = 0.01;

    private readonly ScheduleProgram _program;
    private readonly StoreChain _chain = new();
    private double[] _values = [];
    private double[] _below = [];
    private double[] _above = [];
    private double[] _perLow = [];
    private double[] _perHigh = [];
    private double[] _weights = [];
    private double[] _worth = [];
    private double[] _lowBy = [];
    private double[] _highBy = [];
    private double[] _move = [];
    private double[] _belowMove = [];
    private double[] _aboveMove = [];
    private double[] _missing = [];
    private double[] _needed = [];
    private double[] _balance = [];
    private double[] _stores = [];
    private double[] _balanceMissing = [];
    private double[] _storesMissing = [];
    private double[] _balanceMove = [];
    private double[] _storesMove = [];

    public InteriorPoint(ScheduleProgram program) => _program = program;

    /// <summary>The best schedule found.</summary>
    public double[] Values => _values;

    /// <summary>What a kWh inside the home is worth in each period with it, µEUR/kWh.</summary>
    public ReadOnlySpan<double> Prices => _balance.AsSpan(0, _program.Periods);

    /// <summary>Steps made.</summary>
    public int Steps { get; private set; }

    /// <param name="inside">Prices inside the home that go with the known schedule, µEUR/kWh.</param>
    /// <param name="enough">How far above its bound the cost may stay, thousandths of a µEUR.</param>
    /// <returns>Whether it came that near.</returns>
    public bool Solve(ReadOnlySpan<double> inside, double enough)
    {
        var bounds = Begin(inside);
        for (Steps = 0; Steps < MostSteps; Steps++)
        {
            _program.Missing(_values, _balanceMissing, _storesMissing);
            var gap = Weigh();
            if (!double.IsFinite(gap) || bounds == 0)
            {
                return false;
            }

            if (gap < enough && IsKept())
            {
                return true;
            }

            _chain.Factor(_program, _weights);
            _program.Worth(_balance, _stores, _worth);
            Miss();
            Aim(null);
            Turn();
            var (forward, prices) = Reaches();
            Aim(Math.Pow(After(forward, prices) / gap, 3) * gap / bounds);
            Turn();
            (forward, prices) = Reaches();
            Go(Math.Min(1, Reach * forward), Math.Min(1, Reach * prices));
        }

        return false;
    }

    private int Begin(ReadOnlySpan<double> inside)
    {
        var (size, periods, rows) = (_program.Size, _program.Periods, _program.Stores * _program.Periods);
        if (_values.Length < size || _balance.Length != periods || _stores.Length != rows)
        {
            (_values, _below, _above, _perLow, _perHigh, _weights) = (new double[size], new double[size], new double[size], new double[size], new double[size], new double[size]);
            (_worth, _lowBy, _highBy, _move, _belowMove, _aboveMove) = (new double[size], new double[size], new double[size], new double[size], new double[size], new double[size]);
            (_missing, _needed, _balance, _balanceMissing, _balanceMove) = (new double[size], new double[size], new double[periods], new double[periods], new double[periods]);
            (_stores, _storesMissing, _storesMove) = (new double[rows], new double[rows], new double[rows]);
        }

        _program.Price(inside, _balance, _stores);
        _program.Worth(_balance, _stores, _worth);
        for (var i = _program.Count; i < size; i++)
        {
            Hold(i, 0);
        }

        var bounds = 0;
        for (var i = 0; i < _program.Count; i++)
        {
            var (low, high) = (_program.Low[i], _program.High[i]);
            if (_program.Free[i] == 0)
            {
                Hold(i, low);
                continue;
            }

            bounds += 2;
            var margin = Inside * (high - low);
            var value = Math.Clamp(_program.Known[i], low + margin, high - margin);
            (_values[i], _lowBy[i], _highBy[i]) = (value, value - low, high - value);
            var reduced = _program.Cost[i] - _worth[i];
            (_below[i], _above[i]) = (Math.Max(0, reduced) + FirstProduct / _lowBy[i], Math.Max(0, -reduced) + FirstProduct / _highBy[i]);
        }

        return bounds;
    }

    // Where there is nothing to choose.
    private void Hold(int variable, double at)
    {
        (_values[variable], _lowBy[variable], _highBy[variable], _below[variable], _above[variable]) = (at, 1, 1, 0, 0);
        (_move[variable], _belowMove[variable], _aboveMove[variable], _weights[variable], _missing[variable]) = (0, 0, 0, 0, 0);
    }

    // How far the cost is from its bound, once the rows are kept: the products of what is left to each bound and what the bound costs.
    private double Weigh()
    {
        var free = Lanes(_program.Free);
        var lowBy = Lanes(_lowBy);
        var highBy = Lanes(_highBy);
        var below = Lanes(_below);
        var above = Lanes(_above);
        var perLow = Lanes(_perLow);
        var perHigh = Lanes(_perHigh);
        var weights = Lanes(_weights);
        var gap = Vector256<double>.Zero;
        for (var i = 0; i < weights.Length; i++)
        {
            gap += lowBy[i] * below[i] + highBy[i] * above[i];
            perLow[i] = Vector256<double>.One / lowBy[i];
            perHigh[i] = Vector256<double>.One / highBy[i];
            weights[i] = free[i] / (below[i] * perLow[i] + above[i] * perHigh[i] + Vector256<double>.One - free[i]);
        }

        return Vector256.Sum(gap);
    }

    private bool IsKept()
    {
        var most = 0.0;
        foreach (var row in _balanceMissing)
        {
            most = Math.Max(most, Math.Abs(row));
        }

        foreach (var row in _storesMissing)
        {
            most = Math.Max(most, Math.Abs(row));
        }

        return most < Kept;
    }

    // By how much the prices miss the costs.
    private void Miss()
    {
        var cost = Lanes(_program.Cost);
        var worth = Lanes(_worth);
        var below = Lanes(_below);
        var above = Lanes(_above);
        var missing = Lanes(_missing);
        for (var i = 0; i < missing.Length; i++)
        {
            missing[i] = cost[i] - worth[i] - below[i] + above[i];
        }
    }

    // What the products are to change by: to nothing, or to a common one but for what the moves of the prediction multiply to.
    private void Aim(double? product)
    {
        var free = Lanes(_program.Free);
        var lowBy = Lanes(_lowBy);
        var highBy = Lanes(_highBy);
        var below = Lanes(_below);
        var above = Lanes(_above);
        var move = Lanes(_move);
        var belowMove = Lanes(_belowMove);
        var aboveMove = Lanes(_aboveMove);
        var common = Vector256.Create(product ?? 0);
        for (var i = 0; i < move.Length; i++)
        {
            var (toLow, toHigh) = (-lowBy[i] * below[i], -highBy[i] * above[i]);
            if (product is not null)
            {
                toLow += common * free[i] - move[i] * belowMove[i];
                toHigh += common * free[i] + move[i] * aboveMove[i];
            }

            (belowMove[i], aboveMove[i]) = (toLow, toHigh);
        }
    }

    // The move that does it.
    private void Turn()
    {
        var missing = Lanes(_missing);
        var below = Lanes(_below);
        var above = Lanes(_above);
        var perLow = Lanes(_perLow);
        var perHigh = Lanes(_perHigh);
        var weights = Lanes(_weights);
        var move = Lanes(_move);
        var belowMove = Lanes(_belowMove);
        var aboveMove = Lanes(_aboveMove);
        var needed = Lanes(_needed);
        for (var i = 0; i < move.Length; i++)
        {
            needed[i] = missing[i] - belowMove[i] * perLow[i] + aboveMove[i] * perHigh[i];
            move[i] = weights[i] * needed[i];
        }

        _program.Rows(_move, _balanceMove, _storesMove);
        Add(_balanceMissing, _balanceMove);
        Add(_storesMissing, _storesMove);
        _chain.Solve(_balanceMove, _storesMove);
        _program.Worth(_balanceMove, _storesMove, _worth);
        var worth = Lanes(_worth);
        for (var i = 0; i < move.Length; i++)
        {
            var by = weights[i] * (worth[i] - needed[i]);
            move[i] = by;
            belowMove[i] = (belowMove[i] - below[i] * by) * perLow[i];
            aboveMove[i] = (aboveMove[i] + above[i] * by) * perHigh[i];
        }
    }

    // How far the move may go, of the schedule and of the prices, all of it at the most.
    private (double Schedule, double Prices) Reaches()
    {
        var below = Lanes(_below);
        var above = Lanes(_above);
        var perLow = Lanes(_perLow);
        var perHigh = Lanes(_perHigh);
        var free = Lanes(_program.Free);
        var move = Lanes(_move);
        var belowMove = Lanes(_belowMove);
        var aboveMove = Lanes(_aboveMove);
        var (schedule, prices) = (Vector256<double>.One, Vector256<double>.One);
        for (var i = 0; i < move.Length; i++)
        {
            var other = Vector256<double>.One - free[i];
            schedule = Vector256.Max(schedule, Vector256.Max(-move[i] * perLow[i], move[i] * perHigh[i]));
            prices = Vector256.Max(prices, Vector256.Max(-belowMove[i] / (below[i] + other), -aboveMove[i] / (above[i] + other)));
        }

        return (1 / Most(schedule), 1 / Most(prices));
    }

    // The products after so much of the move.
    private double After(double forward, double prices)
    {
        var lowBy = Lanes(_lowBy);
        var highBy = Lanes(_highBy);
        var below = Lanes(_below);
        var above = Lanes(_above);
        var move = Lanes(_move);
        var belowMove = Lanes(_belowMove);
        var aboveMove = Lanes(_aboveMove);
        var gap = Vector256<double>.Zero;
        for (var i = 0; i < move.Length; i++)
        {
            var by = move[i] * forward;
            gap += (lowBy[i] + by) * (below[i] + belowMove[i] * prices) + (highBy[i] - by) * (above[i] + aboveMove[i] * prices);
        }

        return Vector256.Sum(gap);
    }

    private void Go(double forward, double prices)
    {
        Add(_move, _values, forward);
        Add(_move, _lowBy, forward);
        Add(_move, _highBy, -forward);
        Add(_belowMove, _below, prices);
        Add(_aboveMove, _above, prices);
        Add(_balanceMove, _balance, prices);
        Add(_storesMove, _stores, prices);
    }

    private static void Add(double[] what, double[] to, double times = 1)
    {
        for (var i = 0; i < what.Length; i++)
        {
            to[i] += what[i] * times;
        }
    }

    private static double Most(Vector256<double> lanes) => Math.Max(Math.Max(lanes[0], lanes[1]), Math.Max(lanes[2], lanes[3]));

    // Four at a time, whatever the machine, so that sums come out the same everywhere. The last may reach into the block of zeros, where nothing moves.
    private Span<Vector256<double>> Lanes(double[] variables) =>
        MemoryMarshal.Cast<double, Vector256<double>>(variables.AsSpan(0, (_program.Count + LanesWide - 1) / LanesWide * LanesWide));
}
