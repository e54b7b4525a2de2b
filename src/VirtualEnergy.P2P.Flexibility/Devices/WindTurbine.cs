using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices;

/// <summary>What a small wind turbine makes of the wind. Power goes with the cube of the speed from cut-in to rated, and stays there until cut-out.</summary>
/// <param name="RatedWatts">W, positive.</param>
/// <param name="CutIn">m/s; the rotor stands still below it.</param>
/// <param name="Rated">m/s.</param>
/// <param name="CutOut">m/s; it is stopped above it.</param>
public readonly record struct PowerCurve(long RatedWatts, double CutIn = 3, double Rated = 11, double CutOut = 25)
{
    /// <summary>W at a speed of the wind, m/s; none at a speed that is no number or negative.</summary>
    public long At(double speed) =>
        !(speed >= CutIn) || speed > CutOut ? 0
        : speed >= Rated ? RatedWatts
        : (long)Math.Round(RatedWatts * (Cube(speed) - Cube(CutIn)) / (Cube(Rated) - Cube(CutIn)));

    private static double Cube(double value) => value * value * value;
}

/// <summary>A small wind turbine: it produces what the wind gives; all of it can be curtailed.</summary>
/// <param name="Production">Before curtailment, W per period.</param>
public sealed record WindTurbine(PowerProfile Production)
{
    // Hours until an 1/e of what distinguishes this wind from the day's mean is left: weather passes over in about that time.
    private const double Memory = 6;

    /// <summary>A turbine in a wind of these speeds, m/s by period.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A power curve that cannot be.</exception>
    public static WindTurbine In(PowerCurve curve, Period first, IEnumerable<double> speeds, PeriodGrid? grid = null)
    {
        if (curve.RatedWatts is <= 0 or > PowerProfile.MostWatts || !(curve.CutIn >= 0) || !(curve.Rated > curve.CutIn) || !(curve.CutOut > curve.Rated))
        {
            throw new ArgumentOutOfRangeException(nameof(curve), curve, "A turbine has a rated power, and cut-in lies below rated speed, rated below cut-out.");
        }

        return new WindTurbine(new PowerProfile(first, [.. speeds.Select(curve.At)], grid));
    }

    /// <summary>
    /// What somebody expects who knows what was before <paramref name="now"/>, Wh by period from then on: the last period's production, that gives way to the mean of the
    /// day before. Persistence is what short forecasts of wind are measured against.
    /// </summary>
    public double[] Expected(Period now, int periods, PeriodGrid grid)
    {
        var (hours, day) = (grid.LengthSeconds / 3600.0, 86_400 / grid.LengthSeconds);
        var last = Production.At(now.Previous) * hours;
        var mean = 0.0;
        for (var back = 1; back <= day; back++)
        {
            mean += Production.At(new Period(now.Index - back)) * hours / day;
        }

        return [.. Enumerable.Range(1, periods).Select(t => mean + (last - mean) * Math.Exp(-t * hours / Memory))];
    }
}
