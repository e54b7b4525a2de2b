using CsCheck;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;
using Xunit;
using static VirtualEnergy.P2P.Tests.Flexibility.Forecasting.Histories;

namespace VirtualEnergy.P2P.Tests.Flexibility.Forecasting;

public sealed class LoadForecasterTests
{
    private static readonly Period Monday = Midnight(2026, 6, 1);

    [Fact]
    public void From_nothing_it_expects_a_years_3000_kWh_evenly()
    {
        // 340 W × 8,760 h = 2,978 kWh.
        Assert.All(new LoadForecaster(Grid).Ahead(Monday, 144), forecast => Assert.Equal(340, forecast.Mean));
    }

    [Fact]
    public void One_day_is_enough_to_know_when_dinner_is()
    {
        var ahead = Fed(Monday, 96, Dinner).Ahead(new Period(Monday.Index + 96), 96);
        var (dinner, noon) = (ahead[19 * 4 + 1].Mean, ahead[12 * 4].Mean);
        Assert.InRange(dinner, 1_000, 2_300);
        Assert.InRange(noon, 250, 400);
    }

    [Fact]
    public void After_a_fortnight_of_the_same_days_it_knows_them()
    {
        var ahead = Fed(Monday, 14 * 96, Dinner).Ahead(new Period(Monday.Index + 14 * 96), 96);
        foreach (var forecast in ahead)
        {
            // Slots beside dinner learn a little of it, up to an hour away.
            var hours = ItalianTime.Local(Grid.StartOf(forecast.Period)).TimeOfDay.TotalHours;
            if (hours is < 18 or >= 21)
            {
                Assert.InRange(forecast.Mean, 280, 320);
            }
        }

        Assert.InRange(ahead[19 * 4 + 1].Mean, 1_600, 2_300);
    }

    [Fact]
    public void Dinner_keeps_its_time_when_the_clocks_change()
    {
        // 29 March 2026 has 23 hours: dinner is 19:00 local, 76 − 4 periods after midnight.
        var first = Midnight(2026, 3, 9);
        var change = Midnight(2026, 3, 29);
        var ahead = Fed(first, (int)(change.Index - first.Index), Dinner).Ahead(change, 92);
        var dearest = ahead.MaxBy(forecast => forecast.Mean).Period.Index - change.Index;
        Assert.InRange(dearest, 19 * 4 - 4, 19 * 4 - 1);
    }

    [Fact]
    public void Sundays_are_told_from_workdays()
    {
        // At home on Sundays only: 2,000 W at noon, else 300.
        static long Watts(Period period)
        {
            var local = ItalianTime.Local(Grid.StartOf(period));
            return local.DayOfWeek == DayOfWeek.Sunday && local.Hour == 12 ? 2_000 : 300;
        }

        var forecaster = Fed(Monday, 8 * 7 * 96, Watts);
        var week = forecaster.Ahead(new Period(Monday.Index + 8 * 7 * 96), 7 * 96);
        var (tuesday, sunday) = (week[96 + 12 * 4 + 1].Mean, week[6 * 96 + 12 * 4 + 1].Mean);
        Assert.InRange(tuesday, 290, 450);
        Assert.True(sunday > tuesday + 300, $"{sunday} W on Sunday, {tuesday} W on Tuesday");
    }

    [Fact]
    public void A_home_that_draws_more_than_usual_is_expected_to_for_a_while_and_not_tomorrow()
    {
        // Two hours at 1,500 W in one of eight cases, at no particular time.
        static long Watts(Period period) => period.Index / 8 * 7_919 % 97 < 12 ? 1_500 : 300;

        var noon = new Period((Monday.Index + 28 * 96 + 48) / 8 * 8);
        var forecaster = Fed(Monday, (int)(noon.Index - Monday.Index), Watts);
        foreach (var period in From(noon, 4))
        {
            forecaster.Observe(period, 1_500);
        }

        var ahead = forecaster.Ahead(new Period(noon.Index + 4), 144);
        Assert.True(ahead[0].Mean > 900, $"{ahead[0].Mean} W right after an hour at 1,500 W");
        Assert.All(ahead.Skip(16), later => Assert.True(later.Mean < 700, later.ToString()));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(PowerProfile.MostWatts + 1)]
    [InlineData(1_000_000_000_000_000_000)]
    [InlineData(long.MinValue)]
    public void An_impossible_power_is_not_taken_in(long watts)
    {
        var (forecaster, twin) = (Fed(Monday, 96, Dinner), Fed(Monday, 96, Dinner));
        var next = new Period(Monday.Index + 96);
        Assert.False(forecaster.Observe(next, watts));
        Assert.Equal(twin.Ahead(next, 144), forecaster.Ahead(next, 144));
    }

    [Fact]
    public void A_period_comes_once_and_in_order()
    {
        var (forecaster, twin) = (Fed(Monday, 96, Dinner), Fed(Monday, 96, Dinner));
        Assert.False(forecaster.Observe(new Period(Monday.Index + 95), 5_000));
        Assert.False(forecaster.Observe(Monday, 5_000));
        Assert.Equal(twin.Ahead(new Period(Monday.Index + 96), 144), forecaster.Ahead(new Period(Monday.Index + 96), 144));
    }

    [Fact]
    public void A_meter_that_once_reads_ten_megawatts_spoils_no_week()
    {
        var forecaster = Fed(Monday, 14 * 96, Dinner);
        var at = new Period(Monday.Index + 14 * 96 + 40);
        foreach (var period in From(new Period(Monday.Index + 14 * 96), 96))
        {
            forecaster.Observe(period, period == at ? PowerProfile.MostWatts : Dinner(period));
        }

        // Its own quarter of an hour keeps a seventh of what was believed of it, and an hour beside less.
        var next = forecaster.Ahead(new Period(Monday.Index + 15 * 96), 96);
        Assert.InRange(next[40].Mean, 300, 1_600);
        Assert.InRange(next[50].Mean, 250, 400);
    }

    [Fact]
    public void After_a_month_of_silence_it_goes_on_with_what_it_knew()
    {
        var forecaster = Fed(Monday, 14 * 96, Dinner);
        var later = new Period(Monday.Index + 44 * 96);
        var before = forecaster.Ahead(later, 96);
        Assert.InRange(before[19 * 4 + 1].Mean, 1_500, 2_300);
        Assert.True(forecaster.Observe(later, 300));
        Assert.InRange(forecaster.Ahead(later.Next, 96)[19 * 4].Mean, 1_500, 2_300);
    }

    [Fact]
    public void Whatever_is_measured_bands_are_in_order_and_within_the_connection()
    {
        const long Connection = 6_000;
        Gen.Select(Gen.Int[1, 40], Gen.Long[-10, 2 * Connection]).List[1, 400].Sample(steps =>
        {
            var forecaster = new LoadForecaster(Grid, Connection);
            var period = Monday;
            foreach (var (gap, watts) in steps)
            {
                forecaster.Observe(period, watts);
                period = new Period(period.Index + gap);
            }

            foreach (var (i, forecast) in forecaster.Ahead(period, 200).Index())
            {
                Assert.Equal(period.Index + i, forecast.Period.Index);
                Assert.True(forecast is { Low95: >= 0, High95: <= Connection }, forecast.ToString());
                Assert.True(forecast.Low95 <= forecast.Low68 && forecast.Low68 <= forecast.Mean && forecast.Mean <= forecast.High68 && forecast.High68 <= forecast.High95, forecast.ToString());
            }
        }, iter: 200);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(1_800)]
    [InlineData(3_600)]
    public void Other_lengths_of_a_period_are_forecast_alike(int seconds)
    {
        var grid = new PeriodGrid(seconds);
        var day = 86_400 / seconds;
        var first = grid.At(ItalianTime.Midnight(new DateOnly(2026, 6, 1)));
        var forecaster = new LoadForecaster(grid);
        long Dinner(Period period) => ItalianTime.Local(grid.StartOf(period)).Hour == 19 ? 2_300 : 300;
        foreach (var period in From(first, 14 * day))
        {
            forecaster.Observe(period, Dinner(period));
        }

        var ahead = forecaster.Ahead(new Period(first.Index + 14 * day), day);
        Assert.InRange(ahead.MaxBy(forecast => forecast.Mean).Period.Index - first.Index - 14 * day, 19 * day / 24, 20 * day / 24 - 1);
    }
}
