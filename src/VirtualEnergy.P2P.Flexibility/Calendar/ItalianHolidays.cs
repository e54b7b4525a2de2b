namespace VirtualEnergy.P2P.Flexibility.Calendar;

/// <summary>National holidays of Italy, and the kind of a day that follows.</summary>
/// <remarks>
/// The eleven days that ARERA's resolution 181/06 counts as holidays: 1 and 6 January, Easter Monday, 25 April, 1 May, 2 June,
/// 15 August, 1 November, 8, 25 and 26 December. Easter itself is a Sunday. Patron saints' days of single towns are none.
/// </remarks>
public static class ItalianHolidays
{
    public static bool Contains(DateOnly day) => (day.Month, day.Day) switch
    {
        (1, 1) or (1, 6) or (4, 25) or (5, 1) or (6, 2) or (8, 15) or (11, 1) or (12, 8) or (12, 25) or (12, 26) => true,
        (3 or 4, _) => day == EasterSunday(day.Year).AddDays(1),
        _ => false,
    };

    public static KindOfDay KindOf(DateOnly day) =>
        day.DayOfWeek == DayOfWeek.Sunday || Contains(day) ? KindOfDay.Holiday
        : day.DayOfWeek == DayOfWeek.Saturday ? KindOfDay.Saturday
        : KindOfDay.Workday;

    /// <summary>Gregorian Easter, by the rule without exceptions that Butcher's Ecclesiastical Calendar (1876) gives.</summary>
    public static DateOnly EasterSunday(int year)
    {
        var (golden, century, yearOfCentury) = (year % 19, year / 100, year % 100);
        var correction = (century - (century + 8) / 25 + 1) / 3;
        var epact = (19 * golden + century - century / 4 - correction + 15) % 30;
        var weekday = (32 + 2 * (century % 4) + 2 * (yearOfCentury / 4) - epact - yearOfCentury % 4) % 7;
        var late = (golden + 11 * epact + 22 * weekday) / 451;
        var days = epact + weekday - 7 * late + 114;
        return new DateOnly(year, days / 31, days % 31 + 1);
    }
}
