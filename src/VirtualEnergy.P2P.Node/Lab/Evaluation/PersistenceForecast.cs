using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>
/// What a home without any model expects: the mean of the same quarter of an hour on the last three days, corrected by how the last one that is over
/// differed from its own mean; the correction fades.
/// </summary>
/// <remarks>Only what was before the period is looked at. The span begins where three days are known.</remarks>
public static class PersistenceForecast
{
    public const int Days = 3;

    private const int PeriodsADay = 96;

    /// <summary>Wh a period.</summary>
    public static double[] Load(PowerProfile profile, Period now, int length, PeriodGrid grid)
    {
        var off = Seen(profile, -1, now) - Mean(profile, now, -1);
        return Fill(length, k => Math.Max(0, Mean(profile, now, k) + off * Math.Pow(0.7, k + 1)), grid);
    }

    /// <summary>Wh a period; the correction is a ratio, as clouds take a part of the light.</summary>
    public static double[] Sun(PowerProfile profile, Period now, int length, PeriodGrid grid)
    {
        var usual = Mean(profile, now, -1);
        var clear = usual > 50 ? Math.Clamp(Seen(profile, -1, now) / usual, 0.1, 2.5) : 1;
        return Fill(length, k => Mean(profile, now, k) * (1 + (clear - 1) * Math.Pow(0.93, k + 1)), grid);
    }

    private static double[] Fill(int length, Func<int, double> watts, PeriodGrid grid)
    {
        var energies = new double[length];
        for (var k = 0; k < length; k++)
        {
            energies[k] = watts(k) * grid.LengthSeconds / 3600;
        }

        return energies;
    }

    private static double Mean(PowerProfile profile, Period now, int ahead)
    {
        var back = ahead < 0 ? PeriodsADay : (ahead + PeriodsADay) / PeriodsADay * PeriodsADay;
        var sum = 0.0;
        for (var day = 0; day < Days; day++)
        {
            sum += Seen(profile, ahead - back - day * PeriodsADay, now);
        }

        return sum / Days;
    }

    private static double Seen(PowerProfile profile, int ahead, Period now) => profile.At(new Period(now.Index + ahead));
}
