using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// What is expected of one period, with its uncertainty: W of load or production, µEUR/kWh of a price. Low95 ≤ Low68 ≤ Mean ≤
/// High68 ≤ High95; 68 and 95 of a hundred measurements are to lie within the two bands, their bounds included.
/// </summary>
/// <remarks>The bands are EFI's: one and two standard deviations of a bell curve, which these need not be.</remarks>
/// <param name="Period">The period.</param>
/// <param name="Mean">Expected value: the number whose squared error is least.</param>
/// <param name="Low68">Lower bound of the 68 % band.</param>
/// <param name="High68">Upper bound of the 68 % band.</param>
/// <param name="Low95">Lower bound of the 95 % band.</param>
/// <param name="High95">Upper bound of the 95 % band.</param>
public readonly record struct Forecast(Period Period, long Mean, long Low68, long High68, long Low95, long High95)
{
    public bool Within68(long measured) => measured >= Low68 && measured <= High68;

    public bool Within95(long measured) => measured >= Low95 && measured <= High95;

    /// <summary>Periods in a row, in whole units, within bounds and in order.</summary>
    /// <param name="forecaster">Forecasts them.</param>
    /// <param name="first">The first period.</param>
    /// <param name="periods">How many.</param>
    /// <param name="bounds">Lowest and highest value of a period.</param>
    /// <param name="isPart">True where what is forecast is the part of the way between the bounds, 0 to 1.</param>
    internal static ImmutableArray<Forecast> Row(
        SeasonalForecaster forecaster, Period first, int periods, Func<Period, (long Low, long High)> bounds, bool isPart = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(periods);
        var quantiles = new Quantiles[periods];
        forecaster.Ahead(first, quantiles);
        var row = ImmutableArray.CreateBuilder<Forecast>(periods);
        for (var i = 0; i < periods; i++)
        {
            var period = new Period(first.Index + i);
            var (low, high) = bounds(period);
            row.Add(Within(period, quantiles[i], low, high, isPart ? high - low : 1, isPart ? low : 0));
        }

        return row.MoveToImmutable();
    }

    private static Forecast Within(Period period, Quantiles quantiles, long low, long high, double unit, double zero)
    {
        long Whole(double value) => (long)Math.Round(Math.Clamp(zero + value * unit, low, high), MidpointRounding.AwayFromZero);

        var mean = Whole(quantiles.Mean);
        var (low68, high68) = (Math.Min(mean, Whole(quantiles.Low68)), Math.Max(mean, Whole(quantiles.High68)));
        return new Forecast(period, mean, low68, high68, Math.Min(low68, Whole(quantiles.Low95)), Math.Max(high68, Whole(quantiles.High95)));
    }
}
