using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Forecasting;

public sealed class JourneyForecastTests
{
    private static readonly DateOnly Monday = new(2026, 11, 30);
    private static readonly Energy Usual = new(10_000);

    [Fact]
    public void A_car_of_which_nothing_is_known_is_ready_at_seven_each_morning()
    {
        var expected = Expected([], 0, At(Monday, "12:00"));
        Assert.Equal([.. Enumerable.Range(1, 6).Select(day => new Journey(At(Monday.AddDays(day), "07:00"), At(Monday.AddDays(day), "07:15"), Usual))], expected);

        // And so is one that was seen for six days, whatever it did.
        Assert.Equal(expected, Expected(Commute(6), 6, At(Monday, "12:00")));
    }

    [Fact]
    public void One_that_goes_to_work_is_expected_to_go_to_work_and_to_stay_on_the_days_between()
    {
        var expected = Expected(Commute(28), 28, At(Monday, "06:00"));
        Assert.Equal([0, 1, 2, 3, 4], expected.Select(journey => Day(journey.Leaves) - Monday.DayNumber));
        Assert.All(expected, journey => Assert.Equal(
            (At(DateOnly.FromDayNumber(Day(journey.Leaves)), "07:30"), At(DateOnly.FromDayNumber(Day(journey.Leaves)), "17:15"), new Energy(9_000)), (journey.Leaves, journey.Back, journey.Energy)));
    }

    [Fact]
    public void After_a_week_working_days_teach_for_each_other()
    {
        // Seven days, Monday to Sunday, with journeys on Monday and Tuesday only: two of five working days, more than every third; none of the free ones.
        var past = Commute(7).Where(journey => Day(journey.Leaves) <= Monday.DayNumber - 6).ToImmutableArray();
        Assert.Equal(2, past.Length);
        Assert.Equal([0, 1, 2, 3, 4], Expected(past, 7, At(Monday, "06:00")).Select(journey => Day(journey.Leaves) - Monday.DayNumber));
    }

    [Fact]
    public void It_is_expected_early_back_late_and_hungry_but_for_the_fifth_that_went_furthest()
    {
        // Six Mondays: left at 7:00, 7:15 … 8:15 with 5 to 10 kWh, back at 16:00 to 17:15. The second earliest, the second latest, the second largest.
        ImmutableArray<Journey> past =
        [
            .. Enumerable.Range(0, 6).Select(i => (Day: Monday.AddDays(-7 * (6 - i)), Minutes: 15 * i))
                .Select((one, i) => new Journey(At(one.Day, "07:00", one.Minutes), At(one.Day, "16:00", one.Minutes), new Energy(5_000 + 1_000 * i))),
        ];
        Assert.Equal(new Journey(At(Monday, "07:15"), At(Monday, "17:00"), new Energy(9_000)), Expected(past, 42, At(Monday, "00:00"))[0]);
    }

    [Fact]
    public void A_day_that_had_a_journey_less_often_than_every_third_time_is_expected_without()
    {
        Journey OnMonday(int week) => new(At(Monday.AddDays(-7 * week), "09:00"), At(Monday.AddDays(-7 * week), "10:00"), new Energy(3_000));
        Assert.Single(Expected([OnMonday(5), OnMonday(2)], 42, At(Monday, "00:00"))); // two of six
        Assert.Empty(Expected([OnMonday(2)], 42, At(Monday, "00:00")));
    }

    [Fact]
    public void Two_journeys_of_a_day_are_one_from_the_first_departure_to_the_last_return()
    {
        var past = Enumerable.Range(1, 4).Reverse().SelectMany(week => new[] { ("08:00", "09:00"), ("15:00", "16:00") }.Select(times => new Journey(
            At(Monday.AddDays(-7 * week), times.Item1), At(Monday.AddDays(-7 * week), times.Item2), new Energy(2_000)))).ToImmutableArray();
        Assert.Equal(new Journey(At(Monday, "08:00"), At(Monday, "16:00"), new Energy(4_000)), Expected(past, 28, At(Monday, "00:00"))[0]);
    }

    [Fact]
    public void One_that_is_late_is_kept_ready_and_one_that_has_left_today_is_not_expected_again()
    {
        var past = Commute(28);
        var late = Expected(past, 28, At(Monday, "08:00"))[0];
        Assert.Equal((At(Monday, "08:15"), At(Monday, "17:15")), (late.Leaves, late.Back));
        Assert.Equal(Monday.DayNumber + 1, Day(Expected(past, 28, At(Monday, "17:15"))[0].Leaves)); // it has stayed
        Assert.Equal(Monday.DayNumber + 1, Day(Expected([.. past, new Journey(At(Monday, "07:30"), At(Monday, "08:00"), Usual)], 28, At(Monday, "08:30"))[0].Leaves));
    }

    [Fact]
    public void Clocks_that_change_move_no_departure()
    {
        // On 25 October 2026 clocks go back: 7:30 is 5:30 UTC before and 6:30 UTC after.
        var first = new DateOnly(2026, 10, 26);
        ImmutableArray<Journey> past = [.. Enumerable.Range(1, 28).Select(back => first.AddDays(back - 29)).Where(IsWorking).Select(Commuting)];
        Assert.Equal(new DateTimeOffset(2026, 10, 26, 6, 30, 0, TimeSpan.Zero), PeriodGrid.QuarterHour.StartOf(Expected(past, 28, At(first, "00:00"), first)[0].Leaves));
    }

    private static ImmutableArray<Journey> Commute(int days) => [.. Enumerable.Range(1, days).Select(back => Monday.AddDays(back - days - 1)).Where(IsWorking).Select(Commuting)];

    private static Journey Commuting(DateOnly day) => new(At(day, "07:30"), At(day, "17:15"), new Energy(9_000));

    private static bool IsWorking(DateOnly day) => day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);

    private static ImmutableArray<Journey> Expected(ImmutableArray<Journey> past, int watched, Period now, DateOnly? today = null) =>
        JourneyForecast.Expected(past, Enumerable.Range(1, watched).Select(back => (today ?? Monday).DayNumber - back), now, PeriodGrid.QuarterHour, Usual);

    private static int Day(Period period) => JourneyForecast.DayOf(period, PeriodGrid.QuarterHour);

    private static Period At(DateOnly day, string time, int minutes = 0) =>
        PeriodGrid.QuarterHour.At(ItalianTime.Midnight(day) + TimeOnly.ParseExact(time, "HH:mm").ToTimeSpan() + TimeSpan.FromMinutes(minutes));
}
