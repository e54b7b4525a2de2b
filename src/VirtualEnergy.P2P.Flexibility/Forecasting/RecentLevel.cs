namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// How the last hours and days lie against what was expected of them, and what of that is still true some time ahead. Four
/// deviations are told apart: of the last period, of the last hours, of the last days, and of this time of day on the last days.
/// How much each counts at each distance is learned by recursive least squares.
/// </summary>
/// <remarks>Deviations are in scales, so that homes and plants of all sizes learn alike.</remarks>
internal sealed class RecentLevel
{
    private const int Levels = 3;
    private const int Features = Levels + 1;
    private const int Products = Features * (Features + 1) / 2;
    private const int Sums = Products + Features;
    private const double KeptSums = 0.9995;
    private const double ImaginedAnHour = 200;
    private const double MostDeviation = 8;
    private const double HoursOfMiddle = 2;

    private readonly Horizons _horizons;
    private readonly double _middle;
    private readonly double _slow;
    private Past _levels;
    private readonly Half[] _past;
    private readonly float[] _sums;
    private int _next;

    /// <param name="horizons">Where it learns.</param>
    /// <param name="periodsAnHour">Of the grid.</param>
    public RecentLevel(Horizons horizons, double periodsAnHour, Fading fading)
    {
        _horizons = horizons;
        _middle = Math.Exp(-1 / (HoursOfMiddle * periodsAnHour));
        _slow = Math.Exp(-1 / (fading.HoursOfSlow * periodsAnHour));
        _past = new Half[horizons.Longest * Levels];
        _past.AsSpan().Fill(Half.NaN);
        _sums = new float[horizons.Knots.Length * Sums];
        for (var knot = 0; knot < horizons.Knots.Length; knot++)
        {
            Prior(_sums.AsSpan(knot * Sums, Sums), horizons.Knots[knot] / periodsAnHour, fading);
        }
    }

    /// <summary>What the levels add to the expectation at each knot, and how much the time of day's own deviation counts there.</summary>
    public void Ahead(Span<double> corrections, Span<double> timeOfDay)
    {
        for (var knot = 0; knot < _horizons.Knots.Length; knot++)
        {
            (corrections[knot], timeOfDay[knot]) = Counted(knot, _levels);
        }
    }

    /// <summary>The same for the present period, as it was when it lay so far ahead; NaN where nothing was measured then.</summary>
    public void Told(Span<double> corrections, Span<double> timeOfDay)
    {
        for (var knot = 0; knot < _horizons.Knots.Length; knot++)
        {
            (corrections[knot], timeOfDay[knot]) = Counted(knot, Then(_horizons.Knots[knot]));
        }
    }

    /// <summary>Learns what counted.</summary>
    /// <param name="knot">How far the period lay ahead.</param>
    /// <param name="deviation">Measured less what was expected then, in scales.</param>
    /// <param name="timeOfDay">Deviation of this time of day, as it was then, in scales.</param>
    /// <param name="weight">How much the period tells.</param>
    public void Learn(int knot, double deviation, double timeOfDay, double weight = 1)
    {
        var then = Then(_horizons.Knots[knot]);
        if (float.IsNaN(then.Fast))
        {
            return;
        }

        ReadOnlySpan<float> x = [then.Fast, then.Middle, then.Slow, (float)Within(timeOfDay)];
        var y = (float)Within(deviation);
        var sums = _sums.AsSpan(knot * Sums, Sums);
        var (kept, w, at) = ((float)KeptSums, (float)weight, 0);
        for (var row = 0; row < Features; row++)
        {
            for (var column = 0; column <= row; column++, at++)
            {
                sums[at] = sums[at] * kept + w * x[row] * x[column];
            }

            sums[Products + row] = sums[Products + row] * kept + w * x[row] * y;
        }
    }

    /// <summary>Takes in a period that was measured; after <see cref="Learn"/>.</summary>
    /// <param name="deviation">Measured less what is expected by now, in scales.</param>
    /// <param name="weight">How much the period tells, 0 to 1.</param>
    public void Observe(double deviation, double weight = 1)
    {
        deviation = Within(deviation);
        _levels = new Past(
            (float)(_levels.Fast + (deviation - _levels.Fast) * weight),
            (float)(_levels.Middle + (deviation - _levels.Middle) * (1 - _middle) * weight),
            (float)(_levels.Slow + (deviation - _levels.Slow) * (1 - _slow) * weight));
        Keep(_levels);
    }

    /// <summary>Takes in a period that tells nothing of the levels.</summary>
    public void Pass() => Keep(_levels);

    /// <summary>Takes in periods that were not measured: what was last known fades.</summary>
    public void Miss(long periods)
    {
        for (var i = 0; i < Math.Min(periods, _horizons.Longest); i++)
        {
            Keep(new Past(float.NaN, float.NaN, float.NaN));
        }

        _levels = new Past(0, (float)(_levels.Middle * Math.Pow(_middle, periods)), (float)(_levels.Slow * Math.Pow(_slow, periods)));
    }

    private static double Within(double deviation) => Math.Clamp(deviation, -MostDeviation, MostDeviation);

    // As if so many observations with deviations of one scale had been made, in which each had counted so much. Forecasts of a day
    // made in one day are all right or wrong together, so the farther ahead, the more of them it takes to change the mind.
    private static void Prior(Span<float> sums, double hours, Fading fading)
    {
        var imagined = ImaginedAnHour * Math.Max(1, hours);
        (sums[0], sums[2], sums[5], sums[9]) = ((float)imagined, (float)imagined, (float)imagined, (float)imagined);
        sums[Products] = (float)(imagined * 0.25 * Math.Exp(-hours / 0.5));
        sums[Products + 1] = (float)(imagined * 0.25 * Math.Exp(-hours / 4));
        sums[Products + 2] = (float)(imagined * fading.Slow * Math.Exp(-hours / 48));
        sums[Products + 3] = (float)(imagined * fading.TimeOfDay);
        var next = fading.Next * Math.Exp(-(hours - 0.25));
        for (var feature = 0; feature < Features; feature++)
        {
            sums[Products + feature] = (float)(sums[Products + feature] * (1 - next) + (feature == 0 ? imagined * next : 0));
        }
    }

    /// <summary>Solves the normal equations of a knot by Cholesky's factors, with a little on the diagonal.</summary>
    private (double Correction, double TimeOfDay) Counted(int knot, Past levels)
    {
        ReadOnlySpan<float> s = _sums.AsSpan(knot * Sums, Sums);
        Span<double> l = stackalloc double[Products];
        Span<double> z = stackalloc double[Features];
        var ridge = 1e-3 * (s[0] + s[2] + s[5] + s[9]) + 1e-6;
        for (int row = 0, at = 0; row < Features; row++)
        {
            var sum = (double)s[Products + row];
            for (var column = 0; column <= row; column++, at++)
            {
                double value = s[at];
                for (var i = 0; i < column; i++)
                {
                    value -= l[Place(row, i)] * l[Place(column, i)];
                }

                l[at] = row == column ? Math.Sqrt(Math.Max(1e-9, value + ridge)) : value / l[Place(column, column)];
            }

            for (var i = 0; i < row; i++)
            {
                sum -= l[Place(row, i)] * z[i];
            }

            z[row] = sum / l[Place(row, row)];
        }

        for (var row = Features - 1; row >= 0; row--)
        {
            for (var i = row + 1; i < Features; i++)
            {
                z[row] -= l[Place(i, row)] * z[i];
            }

            z[row] /= l[Place(row, row)];
        }

        return (z[0] * levels.Fast + z[1] * levels.Middle + z[2] * levels.Slow, z[3]);
    }

    private static int Place(int row, int column) => row * (row + 1) / 2 + column;

    /// <summary>The levels as they were after the period so many before the present one.</summary>
    private Past Then(int periods)
    {
        var at = (_next - periods + _horizons.Longest) % _horizons.Longest * Levels;
        return new Past((float)_past[at], (float)_past[at + 1], (float)_past[at + 2]);
    }

    private void Keep(Past levels)
    {
        var at = _next * Levels;
        (_past[at], _past[at + 1], _past[at + 2]) = ((Half)levels.Fast, (Half)levels.Middle, (Half)levels.Slow);
        _next = (_next + 1) % _horizons.Longest;
    }

    /// <summary>The three levels after one period, in scales.</summary>
    private readonly record struct Past(float Fast, float Middle, float Slow);
}
