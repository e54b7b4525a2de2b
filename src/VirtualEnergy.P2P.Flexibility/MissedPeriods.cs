using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>The periods that an agent was not told of, and has to run before the next.</summary>
internal static class MissedPeriods
{
    /// <summary>Longest silence that is caught up with: a year of quarter-hours.</summary>
    private const long LongestGap = 35_136;

    /// <summary>Those between the last period that was run and the next, in order.</summary>
    /// <param name="last">Null before the first.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is over already, or more than a year ahead of the last.</exception>
    public static IEnumerable<Period> Before(Period period, Period? last)
    {
        if (last is not { } ran)
        {
            return [];
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, ran);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period.Index - ran.Index, LongestGap, nameof(period));
        return Between(ran.Next, period);
    }

    private static IEnumerable<Period> Between(Period first, Period end)
    {
        for (var missed = first; missed < end; missed = missed.Next)
        {
            yield return missed;
        }
    }
}
