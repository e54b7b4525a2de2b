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
    private double[] _scratch = [];
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
            Aim(0, withCorrection: false);
            Turn();
            var (forward, prices) = Reaches();
            Aim(Math.Pow(After(forward, prices) / gap, 3) * gap / bounds, withCorrection: true);
            Turn();
            (forward, prices) = Reaches();
            Go(Math.Min(1, Reach * forward), Math.Min(1, Reach * prices));
        }

        return false;
    }

    private int Begin(ReadOnlySpan<double> inside)
    {
        var (size, periods, rows) = (_program.Size, _program.Periods, _program.Stores * _program.Periods);
        if (_values.Length != size || _stores.Length != rows)
        {
            (_values, _below, _above, _perLow, _perHigh, _weights) = (new double[size], new double[size], new double[size], new double[size], new double[size], new double[size]);
            (_worth, _lowBy, _highBy, _move, _belowMove, _aboveMove) = (new double[size], new double[size], new double[size], new double[size], new double[size], new double[size]);
            (_missing, _scratch, _balance, _balanceMissing, _balanceMove) = (new double[size], new double[size], new double[periods], new double[periods], new double[periods]);
            (_stores, _storesMissing, _storesMove) = (new double[rows], new double[rows], new double[rows]);
        }

        _program.Price(inside, _balance, _stores);
        _program.Worth(_balance, _stores, _worth);
        Array.Clear(_weights, _program.Count, periods);
        Array.Clear(_values, _program.Count, periods);
        Array.Clear(_move, _program.Count, periods);
        var bounds = 0;
        for (var i = 0; i < _program.Count; i++)
        {
            var (low, high) = (_program.Low[i], _program.High[i]);
            if (_program.Free[i] == 0)
            {
                (_values[i], _lowBy[i], _highBy[i], _below[i], _above[i]) = (low, 1, 1, 0, 0);
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

    // How far the cost is from its bound, once the rows are kept: the products of what is left to each bound and what the bound costs.
    private double Weigh()
    {
        var (free, gap) = (_program.Free, 0.0);
        for (var i = 0; i < _program.Count; i++)
        {
            var (below, above) = (_below[i], _above[i]);
            gap += _lowBy[i] * below + _highBy[i] * above;
            var (perLow, perHigh) = (1 / _lowBy[i], 1 / _highBy[i]);
            (_perLow[i], _perHigh[i]) = (perLow, perHigh);
            _weights[i] = free[i] == 0 ? 0 : 1 / (below * perLow + above * perHigh);
        }

        return gap;
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
        var cost = _program.Cost;
        for (var i = 0; i < _program.Count; i++)
        {
            _missing[i] = cost[i] - _worth[i] - _below[i] + _above[i];
        }
    }

    // What the products are to change by: to a common one, and for what the moves of the prediction multiply to.
    private void Aim(double product, bool withCorrection)
    {
        var free = _program.Free;
        for (var i = 0; i < _program.Count; i++)
        {
            var (below, above) = (-_lowBy[i] * _below[i], -_highBy[i] * _above[i]);
            if (withCorrection)
            {
                below += product * free[i] - _move[i] * _belowMove[i];
                above += product * free[i] + _move[i] * _aboveMove[i];
            }

            (_belowMove[i], _aboveMove[i]) = (below, above);
        }
    }

    // The move that does it.
    private void Turn()
    {
        for (var i = 0; i < _program.Count; i++)
        {
            _worth[i] = _missing[i] - _belowMove[i] * _perLow[i] + _aboveMove[i] * _perHigh[i];
            _move[i] = _weights[i] * _worth[i];
        }

        var needed = _worth;
        _program.Rows(_move, _balanceMove, _storesMove);
        for (var t = 0; t < _balanceMove.Length; t++)
        {
            _balanceMove[t] += _balanceMissing[t];
        }

        for (var row = 0; row < _storesMove.Length; row++)
        {
            _storesMove[row] += _storesMissing[row];
        }

        _chain.Solve(_balanceMove, _storesMove);
        _program.Worth(_balanceMove, _storesMove, _scratch);
        for (var i = 0; i < _program.Count; i++)
        {
            var move = _weights[i] * (_scratch[i] - needed[i]);
            _move[i] = move;
            _belowMove[i] = (_belowMove[i] - _below[i] * move) * _perLow[i];
            _aboveMove[i] = (_aboveMove[i] + _above[i] * move) * _perHigh[i];
        }
    }

    // How far the move may go, of the schedule and of the prices, 1 at the most.
    private (double Schedule, double Prices) Reaches()
    {
        var (schedule, prices) = (1.0, 1.0);
        for (var i = 0; i < _program.Count; i++)
        {
            schedule = Math.Max(schedule, Math.Max(-_move[i] * _perLow[i], _move[i] * _perHigh[i]));
            if (_weights[i] > 0)
            {
                prices = Math.Max(prices, Math.Max(-_belowMove[i] / _below[i], -_aboveMove[i] / _above[i]));
            }
        }

        return (1 / schedule, 1 / prices);
    }

    private double After(double forward, double prices)
    {
        var gap = 0.0;
        for (var i = 0; i < _program.Count; i++)
        {
            var move = forward * _move[i];
            gap += (_lowBy[i] + move) * (_below[i] + prices * _belowMove[i]) + (_highBy[i] - move) * (_above[i] + prices * _aboveMove[i]);
        }

        return gap;
    }

    private void Go(double forward, double prices)
    {
        for (var i = 0; i < _program.Count; i++)
        {
            var move = forward * _move[i];
            _values[i] += move;
            _lowBy[i] += move;
            _highBy[i] -= move;
            _below[i] += prices * _belowMove[i];
            _above[i] += prices * _aboveMove[i];
        }

        for (var t = 0; t < _balance.Length; t++)
        {
            _balance[t] += prices * _balanceMove[t];
        }

        for (var row = 0; row < _stores.Length; row++)
        {
            _stores[row] += prices * _storesMove[row];
        }
    }
}
