using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>Days and times of day as people's clocks show them, in quarters of an hour.</summary>
public static class LocalDays
{
    /// <summary>Every local day of a span, both ends included.</summary>
    public static ImmutableArray<DateOnly> Between(Period first, Period last)
    {
        var (from, to) = (Of(first), Of(last));
        return [.. Enumerable.Range(0, Math.Max(0, to.DayNumber - from.DayNumber + 1)).Select(from.AddDays)];
    }

    public static DateOnly Of(Period period) => DateOnly.FromDateTime(Start(period));

    /// <summary>A period's start as a clock on the wall shows it.</summary>
    public static DateTime Start(Period period) => ItalianTime.Local(PeriodGrid.QuarterHour.StartOf(period));

    /// <summary>The period of a time of day; on the days when the clocks change, counted from midnight.</summary>
    public static Period At(DateOnly day, TimeOnly time) => PeriodGrid.QuarterHour.At(ItalianTime.Midnight(day) + time.ToTimeSpan());
}
