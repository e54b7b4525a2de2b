using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Baselines;

public sealed class SimilarDaysTests
{
    private static readonly BaselineRule HighFourOfFive = BspSamples.Mfrr.Baseline;

    // A Monday; Sunday is the last day that is known when its baseline is made.
    private static readonly MarketDay Monday = new(new DateOnly(2026, 11, 30));

    private readonly MeasuredDays _measured = new(BspSamples.Grid);

    [Fact]
    public void High_4_of_5_leaves_the_lowest_of_the_last_five_workdays_out()
    {
        // Friday 27 back to Monday 23: 100, 200, 300, 400, 500 Wh a period; without the 100 the mean is 350. The week before does not count.
        Workdays((27, 100), (26, 200), (25, 300), (24, 400), (23, 500), (20, 9_000));
        Assert.Equal(Flat(350, 96), Of(HighFourOfFive));
    }

    [Fact]
    public void Middle_2_of_5_leaves_two_of_the_highest_and_one_of_the_lowest_out()
    {
        // 500 and 400 are left out above, 100 below; the mean of 300 and 200 is 250.
        Workdays((27, 100), (26, 200), (25, 300), (24, 400), (23, 500));
        Assert.Equal(Flat(250, 96), Of(HighFourOfFive with { Days = 2, Selection = DaySelection.Middle }));
    }

    [Fact]
    public void Of_production_the_highest_net_consumption_is_the_least_production()
    {
        // −500 is left out; (−100 − 200 − 300 − 401) / 4 = −250.25, to the nearest −250.
        Workdays((27, -100), (26, -200), (25, -300), (24, -401), (23, -500));
        Assert.Equal(Flat(-250, 96), Of(HighFourOfFive));
    }

    [Fact]
    public void A_half_is_rounded_up_also_below_zero()
    {
        // (−1 − 2) / 2 = −1.5 → −1; (1 + 2) / 2 = 1.5 → 2.
        Workdays((27, -1), (26, -2));
        Assert.Equal(Flat(-1, 96), Of(HighFourOfFive with { Days = 2 }));
        Workdays((27, 1), (26, 2));
        Assert.Equal(Flat(2, 96), Of(HighFourOfFive with { Days = 2 }));
    }

    [Fact]
    public void Weekends_holidays_days_with_orders_and_days_with_gaps_do_not_count()
    {
        // 28 and 29 are a weekend. 26 was ordered, 25 has a gap.
        Workdays((29, 9_000), (28, 9_000), (27, 100), (26, 9_000), (24, 100), (23, 100), (20, 100));
        _measured.MarkOrdered(new(new DateOnly(2026, 11, 26)));
        Fill(new(new DateOnly(2026, 11, 25)), 9_000, 95);
        Assert.Equal(Flat(100, 96), Of(HighFourOfFive));
    }

    [Fact]
    public void Sunday_takes_Sundays_and_holidays()
    {
        // 1 November is a Sunday and All Saints; 8 December a Tuesday and a holiday.
        foreach (var day in new[] { (11, 15), (11, 22), (11, 29), (12, 8) })
        {
            Fill(new(new DateOnly(2026, day.Item1, day.Item2)), 40);
        }

        var (energies, refusal) = SimilarDays.Of(HighFourOfFive, new(new DateOnly(2026, 12, 13)), new(new DateOnly(2026, 12, 12)), _measured);
        Assert.Null(refusal);
        Assert.Equal(Flat(40, 96), energies);
    }

    [Fact]
    public void What_is_not_known_yet_or_too_old_does_not_count()
    {
        Workdays((27, 100), (26, 100), (25, 100), (24, 100));
        var (energies, refusal) = SimilarDays.Of(HighFourOfFive, Monday, new(new DateOnly(2026, 11, 26)), _measured);
        Assert.Equal("too-few-days", refusal?.Code);
        Assert.Empty(energies);
        Assert.Equal("too-few-days", SimilarDays.Of(HighFourOfFive with { LookBackDays = 5 }, Monday, Monday.Before(1), _measured).Refusal?.Code);
    }

    [Fact]
    public void A_day_of_100_periods_reads_the_hour_that_comes_twice_twice()
    {
        // Four Sundays before 25 October 2026, each slot its own number.
        foreach (var day in new[] { 27, 20, 13, 6 })
        {
            Slots(new(new DateOnly(2026, 9, day)));
        }

        var sunday = new MarketDay(new DateOnly(2026, 10, 25));
        var energies = SimilarDays.Of(HighFourOfFive with { LookBackDays = 60 }, sunday, sunday.Before(1), _measured).Energies;
        Assert.Equal([.. Enumerable.Range(0, 12), .. Enumerable.Range(8, 88)], energies.Select(energy => (int)energy.WattHours));
    }

    [Fact]
    public void A_day_of_92_periods_lacks_the_hour_that_is_skipped_and_others_bridge_it()
    {
        // Only that Sunday is known; the Sunday after takes 01:45, slot 7, for its 02:00 to 02:45.
        var skipping = new MarketDay(new DateOnly(2026, 3, 29));
        Slots(skipping);
        var (energies, _) = SimilarDays.Of(HighFourOfFive with { Days = 1 }, skipping.Before(-7), skipping.Before(-1), _measured);

        // 5 April is Easter Sunday, a holiday like any Sunday.
        Assert.Equal([.. Enumerable.Range(0, 8), 7, 7, 7, 7, .. Enumerable.Range(12, 84)], energies.Select(energy => (int)energy.WattHours));
    }

    [Fact]
    public void Days_before_are_forgotten_on_request()
    {
        Workdays((27, 1), (26, 1));
        _measured.Forget(new(new DateOnly(2026, 11, 27)));
        Assert.Equal([new MarketDay(new DateOnly(2026, 11, 27))], _measured.Whole());
    }

    private ImmutableArray<Energy> Of(BaselineRule rule)
    {
        var (energies, refusal) = SimilarDays.Of(rule, Monday, Monday.Before(1), _measured);
        Assert.Null(refusal);
        return energies;
    }

    private void Workdays(params (int Day, long Wh)[] days)
    {
        foreach (var (day, wh) in days)
        {
            Fill(new(new DateOnly(2026, 11, day)), wh);
        }
    }

    private void Fill(MarketDay day, long wh, int most = 100)
    {
        foreach (var period in day.Periods(BspSamples.Grid).Take(most))
        {
            _measured.Add(period, new(wh));
        }
    }

    private void Slots(MarketDay day)
    {
        foreach (var period in day.Periods(BspSamples.Grid))
        {
            _measured.Add(period, new(MarketDay.SlotOf(period, BspSamples.Grid)));
        }
    }

    private static IEnumerable<Energy> Flat(long wh, int count) => Enumerable.Repeat(new Energy(wh), count);
}
