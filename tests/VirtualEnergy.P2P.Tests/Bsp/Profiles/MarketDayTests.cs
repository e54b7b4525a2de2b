using VirtualEnergy.P2P.Bsp.Profiles;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Profiles;

public sealed class MarketDayTests
{
    [Theory]
    [InlineData("2026-03-28", 96)]
    [InlineData("2026-03-29", 92)] // the last Sunday of March
    [InlineData("2026-10-25", 100)] // the last Sunday of October
    [InlineData("2026-10-26", 96)]
    public void A_day_has_as_many_quarters_as_the_clock_on_the_wall_shows(string date, int count)
    {
        var day = new MarketDay(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(count, day.Count(BspSamples.Grid));
        Assert.Equal(count, day.Periods(BspSamples.Grid).Count());
        Assert.All(day.Periods(BspSamples.Grid), period => Assert.Equal(day, MarketDay.Of(period, BspSamples.Grid)));
    }

    [Fact]
    public void In_October_an_hour_of_slots_comes_twice_and_in_March_an_hour_has_none()
    {
        // 02:00 to 02:45 are slots 8 to 11.
        var october = new MarketDay(new DateOnly(2026, 10, 25)).Periods(BspSamples.Grid).CountBy(period => MarketDay.SlotOf(period, BspSamples.Grid)).ToDictionary();
        Assert.All(Enumerable.Range(0, 96), slot => Assert.Equal(slot is >= 8 and < 12 ? 2 : 1, october[slot]));
        var march = new MarketDay(new DateOnly(2026, 3, 29)).Periods(BspSamples.Grid).Select(period => MarketDay.SlotOf(period, BspSamples.Grid)).ToHashSet();
        Assert.Equal(Enumerable.Range(0, 96).Where(slot => slot is < 8 or >= 12), march.Order());
    }

    [Theory]
    [InlineData("2026-11-30T12:00:00Z", "2026-11-29T16:00:00Z")] // winter: 17:00 is 16:00 UTC
    [InlineData("2026-07-01T12:00:00Z", "2026-06-30T15:00:00Z")]
    [InlineData("2026-03-29T12:00:00Z", "2026-03-28T16:00:00Z")] // the gate is the evening before the clocks change
    [InlineData("2026-11-29T22:45:00Z", "2026-11-28T16:00:00Z")] // 23:45 on the wall
    [InlineData("2026-11-29T23:00:00Z", "2026-11-29T16:00:00Z")] // midnight: the next day
    public void The_gate_of_the_day_before_is_a_time_on_the_wall(string period, string gate) =>
        Assert.Equal(BspSamples.Instant(gate), BspSamples.Msd.Gates[0].Of(BspSamples.At(period), BspSamples.Grid));

    [Fact]
    public void A_gate_that_follows_the_period_is_so_long_before_it()
    {
        var period = BspSamples.At("2026-11-30T12:00:00Z");
        Assert.Equal(BspSamples.Instant("2026-11-30T11:00:00Z"), BspSamples.Msd.LastGate(period));
        Assert.Equal(BspSamples.Instant("2026-11-30T11:35:00Z"), BspSamples.Mfrr.LastGate(period));
    }
}
