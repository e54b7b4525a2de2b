using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>
/// By how much the net energy of what a home cannot move, load less sun, may differ from what is expected in a period, Wh: 68 and 95 of a
/// hundred measurements are to lie between the two values of each kind.
/// </summary>
/// <param name="Less68">≥ 0.</param>
/// <param name="More68">≥ 0.</param>
/// <param name="Less95">Not below <paramref name="Less68"/>.</param>
/// <param name="More95">Not below <paramref name="More68"/>.</param>
public readonly record struct NetBand(double Less68, double More68, double Less95, double More95)
{
    /// <summary>The highest confidence that a band of 95 % tells, thousandths: 2.5 % lie beyond each of its ends.</summary>
    public const int MostPermille = 975;

    /// <summary>Load and sun err by themselves, so their squares add up.</summary>
    /// <param name="load">W.</param>
    /// <param name="sun">W; null without a plant.</param>
    /// <param name="grid">Length of a period.</param>
    public static NetBand Of(Forecast load, Forecast? sun, PeriodGrid grid)
    {
        var hours = grid.LengthSeconds / 3600.0;
        double Both(long ofLoad, long ofSun) => Math.Sqrt((double)ofLoad * ofLoad + (double)ofSun * ofSun) * hours;
        return new NetBand(
            Both(load.Mean - load.Low68, sun is { } a ? a.High68 - a.Mean : 0), Both(load.High68 - load.Mean, sun is { } b ? b.Mean - b.Low68 : 0),
            Both(load.Mean - load.Low95, sun is { } c ? c.High95 - c.Mean : 0), Both(load.High95 - load.Mean, sun is { } d ? d.Mean - d.Low95 : 0));
    }

    /// <summary>What the home takes more than expected with the given probability at most, Wh: half at 500, the bands' ends at 840 and 975, straight in between.</summary>
    /// <param name="permille">500 to <see cref="MostPermille"/>.</param>
    public double More(int permille) => At(permille, More68, More95);

    /// <inheritdoc cref="More"/>
    /// <summary>The same for less than expected.</summary>
    public double Less(int permille) => At(permille, Less68, Less95);

    private static double At(int permille, double at840, double at975)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permille, 500);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permille, MostPermille);
        return permille <= 840 ? at840 * (permille - 500) / 340.0 : at840 + (at975 - at840) * (permille - 840) / 135.0;
    }
}
