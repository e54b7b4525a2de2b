using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;
using Xunit;
using static VirtualEnergy.P2P.Tests.Flexibility.Forecasting.Histories;

namespace VirtualEnergy.P2P.Tests.Flexibility.Forecasting;

public sealed class PhotovoltaicForecasterTests
{
    private static readonly Period March = Midnight(2026, 3, 1);
    private static readonly SolarPlant Plant = new(4_000, 15, 200);

    [Fact]
    public void From_nothing_it_expects_half_of_a_clear_sky_where_it_knows_the_place()
    {
        var ahead = AtCagliari().Ahead(Midnight(2026, 6, 21), 96);

        // Solar noon is at 13:25 summer time, sun at 74.2°: 1.0 kW/m² on a roof tilted by 25°; half of 4 kWp of that, and of the twilight that is added.
        Assert.InRange(ahead[13 * 4 + 1].Mean, 1_700, 2_200);
        Assert.All(ahead.Take(5 * 4).Concat(ahead.Skip(22 * 4)), night => Assert.InRange(night.Mean, 0, 110));
    }

    [Fact]
    public void A_plant_under_a_clear_sky_is_known_after_a_week()
    {
        var forecaster = AtCagliari();
        Feed(forecaster, March, 7 * 96, Clear);
        var next = new Period(March.Index + 7 * 96);
        foreach (var forecast in forecaster.Ahead(next, 96))
        {
            Assert.InRange(forecast.Mean - Clear(forecast.Period), -350, 250);
        }
    }

    [Fact]
    public void With_coordinates_the_growing_days_of_spring_are_seen_coming()
    {
        // Four weeks of clear days; the fifth week's sun was not seen for two weeks: it stands higher and rises earlier.
        double Error(PhotovoltaicForecaster forecaster)
        {
            Feed(forecaster, March, 28 * 96, Clear);
            return forecaster.Ahead(new Period(March.Index + 42 * 96), 96).Average(forecast => Math.Abs(forecast.Mean - Clear(forecast.Period)));
        }

        var (known, unknown) = (Error(AtCagliari()), Error(PhotovoltaicForecaster.Anywhere(Grid, 4_000)));
        Assert.True(known < 0.6 * unknown, $"mean error {known:0} W with coordinates, {unknown:0} W without");
    }

    [Fact]
    public void A_dull_morning_makes_a_dull_afternoon_likely()
    {
        var (fair, dull) = (AtCagliari(), AtCagliari());
        foreach (var forecaster in new[] { fair, dull })
        {
            Feed(forecaster, March, 20 * 96, period => period.Index / 96 % 3 == 0 ? Clear(period) / 4 : Clear(period));
        }

        var today = new Period(March.Index + 20 * 96);
        Feed(fair, today, 48, Clear);
        Feed(dull, today, 48, period => Clear(period) / 4);
        var (afterFair, afterDull) = (fair.Ahead(new Period(today.Index + 48), 8), dull.Ahead(new Period(today.Index + 48), 8));
        Assert.All(afterFair.Zip(afterDull), pair => Assert.True(pair.Second.Mean < 0.8 * pair.First.Mean, pair.ToString()));
    }

    [Fact]
    public void Without_coordinates_nights_are_learned()
    {
        var forecaster = PhotovoltaicForecaster.Anywhere(Grid, 4_000);
        Feed(forecaster, March, 7 * 96, Clear);
        var ahead = forecaster.Ahead(new Period(March.Index + 7 * 96), 96);
        Assert.All(ahead.Take(20).Concat(ahead.Skip(84)), night => Assert.Equal((0, 0), (night.Mean, night.High95)));
        Assert.InRange(ahead[50].Mean, 0.8 * Clear(ahead[50].Period), 1.05 * Clear(ahead[50].Period));
    }

    [Fact]
    public void The_days_own_sun_is_the_sun_of_every_instant_within_half_a_degree()
    {
        foreach (var month in Enumerable.Range(1, 12))
        {
            var day = new DateOnly(2026, month, 15);
            var sun = SunDay.Of(day, 48, 11);
            for (var minutes = 0; minutes < 1_440; minutes += 30)
            {
                var exact = SunPosition.At(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddMinutes(minutes), 48, 11).Elevation;
                Assert.InRange(double.RadiansToDegrees(sun.Elevation(minutes) - exact), -0.5, 0.5);
            }
        }
    }

    [Fact]
    public void A_place_is_on_Earth_and_a_plant_has_power()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PhotovoltaicForecaster.At(Grid, 91, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PhotovoltaicForecaster.At(Grid, 0, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => PhotovoltaicForecaster.Anywhere(Grid, 0));
    }

    private static PhotovoltaicForecaster AtCagliari() =>
        PhotovoltaicForecaster.At(Grid, SunPosition.CagliariLatitude, SunPosition.CagliariLongitude, 4_000);

    private static long Clear(Period period) => Plant.Watts(SunPosition.At(Grid.StartOf(period).AddSeconds(450)), 1);

    private static void Feed(PhotovoltaicForecaster forecaster, Period first, int periods, Func<Period, long> watts)
    {
        foreach (var period in From(first, periods))
        {
            Assert.True(forecaster.Observe(period, watts(period)));
        }
    }
}
