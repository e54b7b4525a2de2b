using VirtualEnergy.P2P.Flexibility.Calendar;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Calendar;

public sealed class ItalianHolidaysTests
{
    // Dates of Easter as almanacs print them; 1818 and 2285 are the earliest possible day, 1943 and 2038 the latest.
    [Theory]
    [InlineData(2021, 4, 4)]
    [InlineData(2022, 4, 17)]
    [InlineData(2024, 3, 31)]
    [InlineData(2025, 4, 20)]
    [InlineData(2026, 4, 5)]
    [InlineData(1818, 3, 22)]
    [InlineData(2285, 3, 22)]
    [InlineData(1943, 4, 25)]
    [InlineData(2038, 4, 25)]
    public void Easter_is_where_almanacs_have_it(int year, int month, int day) =>
        Assert.Equal(new DateOnly(year, month, day), ItalianHolidays.EasterSunday(year));

    [Theory]
    [InlineData("2026-04-06", KindOfDay.Holiday)] // Easter Monday
    [InlineData("2026-04-07", KindOfDay.Workday)]
    [InlineData("2024-04-01", KindOfDay.Holiday)] // Easter Monday in April after an Easter in March
    [InlineData("2025-04-25", KindOfDay.Holiday)] // a Friday
    [InlineData("2026-08-15", KindOfDay.Holiday)] // a Saturday
    [InlineData("2026-11-28", KindOfDay.Saturday)]
    [InlineData("2026-11-29", KindOfDay.Holiday)] // a Sunday
    [InlineData("2026-11-30", KindOfDay.Workday)]
    public void A_holiday_counts_as_a_Sunday_whatever_its_weekday(string day, KindOfDay kind) =>
        Assert.Equal(kind, ItalianHolidays.KindOf(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture)));
}
