namespace VirtualEnergy.P2P.Market.Deviations;

/// <summary>
/// What stands in for a reading that is missing or disputed: the mean of the member's last readings of the same time of day, at most
/// <see cref="MostDays"/> of them from as many days before; where there is none, what she traded, so that nothing deviates. The difference is
/// carried as soon as a reading comes.
/// </summary>
/// <remarks>The time of day is UTC: an hour of summer time more or less is what an estimate may be wrong by twice a year.</remarks>
public static class MeterEstimate
{
    /// <summary>A week: how many days back are looked at.</summary>
    public const int MostDays = 7;

    private const int SecondsADay = 86_400;

    /// <summary>The same time of day on the days before, the last first.</summary>
    public static IEnumerable<Period> Basis(Period period, PeriodGrid grid) =>
        Enumerable.Range(1, MostDays).Select(day => new Period(period.Index - day * (SecondsADay / grid.LengthSeconds)));

    /// <param name="earlier">Net energy of the readings found on those days, Wh; the mean is rounded half up.</param>
    /// <param name="traded">What she traded in the period, Wh.</param>
    public static Energy Of(IReadOnlyCollection<Energy> earlier, Energy traded)
    {
        if (earlier.Count == 0)
        {
            return traded;
        }

        var doubled = 2 * earlier.Aggregate(Int128.Zero, (sum, net) => sum + net.WattHours) + earlier.Count;
        var (quotient, remainder) = Int128.DivRem(doubled, 2 * earlier.Count);
        return new Energy((long)(remainder < 0 ? quotient - 1 : quotient));
    }
}
