using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Node.Households;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Households;

public sealed class SunAndClockTests
{
    // Height at solar noon = 90° − latitude + declination; 90 − 39.22 = 50.78. Declinations: ±23.44° at the solstices, 0 at
    // the equinox of 20 March 2026, 14:46 UTC. Noon is 12:00 − 4 min × 9.12 − equation of time = 11:23:31 UTC less the
    // equation: −1.8 min on 21 June, +1.9 on 21 December, −7.4 on 20 March, +16.4 on 3 November, −14.2 on 11 February
    // (Astronomical Almanac's analemma).
    [Theory]
    [InlineData(2026, 6, 21, 50.78 + 23.44, "11:25:20")]
    [InlineData(2026, 12, 21, 50.78 - 23.44, "11:21:35")]
    [InlineData(2026, 3, 20, 50.78, "11:30:55")]
    [InlineData(2026, 11, 3, 50.78 - 15.1, "11:07:05")]
    [InlineData(2026, 2, 11, 50.78 - 14.1, "11:37:45")]
    public void The_sun_over_Cagliari_stands_highest_where_and_when_almanacs_say(int year, int month, int day, double elevation, string utc)
    {
        var noon = SunPosition.Noon(new DateOnly(year, month, day));
        Assert.InRange((noon.TimeOfDay - TimeSpan.Parse(utc, System.Globalization.CultureInfo.InvariantCulture)).TotalMinutes, -1, 1);

        var sun = SunPosition.At(noon);
        Assert.InRange(double.RadiansToDegrees(sun.Elevation), elevation - 0.5, elevation + 0.5);
        Assert.InRange(double.RadiansToDegrees(sun.Azimuth), 179.5, 180.5);
        Assert.True(SunPosition.At(noon.AddMinutes(-20)).Elevation < sun.Elevation);
        Assert.True(SunPosition.At(noon.AddMinutes(20)).Elevation < sun.Elevation);
    }

    [Fact]
    public void The_sun_rises_in_the_east_and_sets_in_the_west()
    {
        var noon = SunPosition.Noon(new DateOnly(2026, 3, 20));

        // At an equinox day and night are equal: six hours from noon the sun is on the horizon.
        var (rise, set) = (SunPosition.At(noon.AddHours(-6)), SunPosition.At(noon.AddHours(6)));
        Assert.InRange(double.RadiansToDegrees(rise.Elevation), -0.5, 0.5);
        Assert.InRange(double.RadiansToDegrees(rise.Azimuth), 89, 91);
        Assert.InRange(double.RadiansToDegrees(set.Azimuth), 269, 271);
    }

    [Fact]
    public void A_plant_facing_the_sun_gives_what_the_formulas_say()
    {
        // Sun at 30°: air mass 1.994 (Kasten and Young; 1/sin 30° is 2), 1353 × 0.7^(1.994^0.678) = 1353 × 0.566 = 765 W/m².
        // Panel tilted 60° to the south faces it: 765 + 0.1 × 765 × (1 + cos 60°)/2 = 823; 3 kWp × 0.823 × 0.85 = 2098 W.
        var sun = new SunPosition(Math.PI / 6, Math.PI);
        Assert.InRange(new SolarPlant(3_000, 60, 180).Watts(sun, 1), 2_090, 2_104);
        Assert.InRange(new SolarPlant(3_000, 60, 180).Watts(sun, 0.5), 1_045, 1_052);
        Assert.Equal(0, new SolarPlant(3_000, 60, 180).Watts(new SunPosition(-0.01, Math.PI), 1));
    }

    [Theory]
    [InlineData("2022-03-27T00:59:59Z", 1)]
    [InlineData("2022-03-27T01:00:00Z", 2)]
    [InlineData("2022-10-30T00:59:59Z", 2)]
    [InlineData("2022-10-30T01:00:00Z", 1)]
    [InlineData("2026-03-29T01:00:00Z", 2)]
    public void Clocks_change_on_the_last_Sundays_of_March_and_October(string instant, int hours) =>
        Assert.Equal(TimeSpan.FromHours(hours), ItalianTime.OffsetAt(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(2022, 1, 1, "2021-12-31T23:00:00Z")]
    [InlineData(2022, 3, 27, "2022-03-26T23:00:00Z")]
    [InlineData(2022, 3, 28, "2022-03-27T22:00:00Z")]
    [InlineData(2022, 10, 30, "2022-10-29T22:00:00Z")]
    [InlineData(2022, 10, 31, "2022-10-30T23:00:00Z")]
    public void Days_begin_at_local_midnight(int year, int month, int day, string instant) =>
        Assert.Equal(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture), ItalianTime.Midnight(new DateOnly(year, month, day)));
}
