namespace VirtualEnergy.P2P.Flexibility.Calendar;

/// <summary>
/// Italian clock time: UTC+1, and UTC+2 from the last Sunday of March to the last Sunday of October, 01:00 UTC each
/// (Directive 2000/84/EC). Worked out here because not every machine has a time-zone database.
/// </summary>
public static class ItalianTime
{
    public static TimeSpan OffsetAt(DateTimeOffset instant)
    {
        var utc = instant.UtcDateTime;
        return utc >= LastSunday(utc.Year, 3).AddHours(1) && utc < LastSunday(utc.Year, 10).AddHours(1)
            ? TimeSpan.FromHours(2)
            : TimeSpan.FromHours(1);
    }

    /// <summary>The instant as a clock on the wall shows it.</summary>
    public static DateTime Local(DateTimeOffset instant) => instant.UtcDateTime + OffsetAt(instant);

    /// <summary>The instant at which a day begins; the clocks never change at midnight.</summary>
    public static DateTimeOffset Midnight(DateOnly day)
    {
        var winter = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(1));
        return winter - (OffsetAt(winter) - TimeSpan.FromHours(1));
    }

    private static DateTime LastSunday(int year, int month)
    {
        var last = new DateTime(year, month, 31, 0, 0, 0, DateTimeKind.Utc);
        return last.AddDays(-(int)last.DayOfWeek);
    }
}
