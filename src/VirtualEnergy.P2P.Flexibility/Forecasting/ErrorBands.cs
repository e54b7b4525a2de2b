namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// The 2.5, 16, 84 and 97.5 % quantiles of a forecaster's errors, in units of the usual error, by distance ahead and by a bin of the
/// circumstances.
/// </summary>
/// <remarks>
/// Each quantile moves up a little when a measurement lies above it and down when it lies below, in the proportion that holds it
/// where it belongs: the online conformal rule of I. Gibbs and E. Candès, "Adaptive conformal inference under distribution
/// shift", NeurIPS 2021. Coverage comes out right whatever the errors' distribution, and one spike moves nothing by more than
/// a step. Steps are smaller far ahead, where the errors of one day come all to one side.
/// </remarks>
internal sealed class ErrorBands
{
    private const int Count = 4;
    private const double LastStep = 0.005;
    private const double StepKept = 0.99;
    private const double SlowerEachPeriodAhead = 0.01;
    private const double MostUnits = 30;

    private static readonly double[] Levels = [0.025, 0.16, 0.84, 0.975];

    private readonly int[] _knots;
    private readonly int _bins;
    private readonly double _unit;
    private readonly float[] _quantiles;
    private readonly float[] _step;

    /// <param name="knots">Distances ahead, periods.</param>
    /// <param name="periodsAnHour">Of the grid.</param>
    /// <param name="rules">Four prior quantiles for each bin.</param>
    public ErrorBands(int[] knots, double periodsAnHour, BandRules rules)
    {
        _knots = knots;
        _bins = rules.Prior.Length / Count;
        _unit = rules.Unit;
        _quantiles = new float[knots.Length * rules.Prior.Length];
        _step = new float[knots.Length * _bins];
        for (var knot = 0; knot < knots.Length; knot++)
        {
            var part = Math.Min(1, rules.NearPart + rules.HourPart * knots[knot] / periodsAnHour);
            for (var i = 0; i < rules.Prior.Length; i++)
            {
                _quantiles[knot * rules.Prior.Length + i] = (float)(rules.Prior[i] * part);
            }

            _step.AsSpan(knot * _bins, _bins).Fill((float)(rules.FirstStep / Slower(knot)));
        }
    }

    /// <summary>One of the four quantiles, at a place between two knots.</summary>
    public double At(int knot, double part, int bin, int quantile)
    {
        var near = _quantiles[(knot * _bins + bin) * Count + quantile];
        var far = _quantiles[((knot + 1) * _bins + bin) * Count + quantile];
        return near + (far - near) * part;
    }

    /// <summary>Takes in an error of a forecast that was made a knot's distance ahead.</summary>
    public void Observe(int knot, int bin, double error)
    {
        var cell = knot * _bins + bin;
        var step = _step[cell];
        var quantiles = _quantiles.AsSpan(cell * Count, Count);
        for (var i = 0; i < Count; i++)
        {
            var move = step * (_unit + Math.Abs(quantiles[i])) * (error < quantiles[i] ? Levels[i] - 1 : Levels[i]);
            quantiles[i] = (float)Math.Clamp(quantiles[i] + move, -MostUnits, MostUnits);
        }

        // The order is kept also where two have moved past each other.
        quantiles.Sort();
        _step[cell] = (float)Math.Max(LastStep / Slower(knot), step * StepKept);
    }

    private double Slower(int knot) => 1 + SlowerEachPeriodAhead * _knots[knot];
}
