using System.Globalization;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Calendar;

/// <summary>ARERA's bands (resolution 181/06), instants in UTC: the clock on the wall is one hour ahead in winter, two in summer.</summary>
public sealed class TariffBandsTests
{
    [Theory]
    [InlineData("2026-01-13T05:45Z", TariffBand.F3)] // Tuesday, 6:45
    [InlineData("2026-01-13T06:00Z", TariffBand.F2)] // 7:00
    [InlineData("2026-01-13T07:00Z", TariffBand.F1)] // 8:00
    [InlineData("2026-01-13T17:45Z", TariffBand.F1)] // 18:45
    [InlineData("2026-01-13T18:00Z", TariffBand.F2)] // 19:00
    [InlineData("2026-01-13T22:00Z", TariffBand.F3)] // 23:00
    [InlineData("2026-07-14T06:00Z", TariffBand.F1)] // Tuesday in summer, 8:00
    [InlineData("2026-07-14T21:00Z", TariffBand.F3)] // 23:00
    [InlineData("2026-01-17T06:00Z", TariffBand.F2)] // Saturday, 7:00
    [InlineData("2026-01-17T11:00Z", TariffBand.F2)]
    [InlineData("2026-01-17T22:00Z", TariffBand.F3)] // Saturday, 23:00
    [InlineData("2026-01-18T11:00Z", TariffBand.F3)] // Sunday
    [InlineData("2026-04-06T10:00Z", TariffBand.F3)] // Easter Monday
    [InlineData("2026-08-15T10:00Z", TariffBand.F3)] // 15 August, a Saturday
    public void A_period_lies_in_the_band_of_its_local_time(string instant, TariffBand band) => Assert.Equal(band, TariffBands.Of(At(instant), PeriodGrid.QuarterHour));

    [Theory]
    [InlineData(2026, 3, 30, 92)] // the Monday after the clocks went forward; the Sunday before it has 92 periods
    [InlineData(2026, 10, 26, 100)] // after they went back, 100
    public void Sundays_of_23_and_25_hours_are_F3_throughout_and_workdays_have_44_periods_of_F1(int year, int month, int day, int periods)
    {
        var monday = new DateOnly(year, month, day);
        var (sunday, tuesday) = (Midnight(monday.AddDays(-1)), Midnight(monday.AddDays(1)));
        var middle = Midnight(monday);
        Assert.Equal(periods, middle.Index - sunday.Index);
        Assert.All(Span(sunday, middle), period => Assert.Equal(TariffBand.F3, TariffBands.Of(period, PeriodGrid.QuarterHour)));

        // 8 to 19 is eleven hours; 7 to 8 and 19 to 23 are five.
        var bands = Span(middle, tuesday).CountBy(period => TariffBands.Of(period, PeriodGrid.QuarterHour)).ToDictionary();
        Assert.Equal((44, 20, 32), (bands[TariffBand.F1], bands[TariffBand.F2], bands[TariffBand.F3]));
    }

    [Fact]
    public void A_tariff_of_bands_holds_for_every_year()
    {
        var tariff = TariffBands.Tariff(new Price(3), new Price(2), new Price(1), new Price(0), PeriodGrid.QuarterHour);
        Assert.Equal(new SupplierPrices(new Price(3), new Price(0)), tariff.At(At("2026-01-13T10:00Z")));
        Assert.Equal(new SupplierPrices(new Price(1), new Price(0)), tariff.At(At("2031-12-25T10:00Z")));
    }

    private static Period At(string instant) => PeriodGrid.QuarterHour.At(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture));

    private static Period Midnight(DateOnly day) => PeriodGrid.QuarterHour.At(ItalianTime.Midnight(day));

    private static IEnumerable<Period> Span(Period from, Period to) => Enumerable.Range(0, (int)(to.Index - from.Index)).Select(i => new Period(from.Index + i));
}
