namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// What was expected of coming periods when each knot's distance lay ahead of them, so that a measurement is held against what was
/// known then, not against what has been learned since. In scales, to half precision.
/// </summary>
internal sealed class Promises
{
    private readonly int[] _knots;
    private readonly int[] _start;
    private readonly Half[] _values;

    public Promises(Horizons horizons)
    {
        _knots = horizons.Knots;
        _start = new int[_knots.Length];
        for (var knot = 1; knot < _knots.Length; knot++)
        {
            _start[knot] = _start[knot - 1] + _knots[knot - 1];
        }

        _values = new Half[_knots.Sum()];
        _values.AsSpan().Fill(Half.NaN);
    }

    /// <summary>What was said of a period; NaN where nothing was. To be read before the next is made for the same knot.</summary>
    public double Of(long period, int knot) => (double)_values[Index(period, knot)];

    /// <summary>Says it of the period that lies the knot's distance after <paramref name="period"/>.</summary>
    public void Make(long period, int knot, double value) => _values[Index(period, knot)] = (Half)value;

    /// <summary>Nothing was said in the periods from <paramref name="first"/> on.</summary>
    public void Miss(long first, long periods)
    {
        for (var knot = 0; knot < _knots.Length; knot++)
        {
            for (var i = 0; i < Math.Min(periods, _knots[knot]); i++)
            {
                _values[Index(first + i, knot)] = Half.NaN;
            }
        }
    }

    // A period and the one a knot's distance later share a place.
    private int Index(long period, int knot) => _start[knot] + (int)((period % _knots[knot] + _knots[knot]) % _knots[knot]);
}
