using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Suggestions;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Suggestions;

public sealed class StartSuggestionTests
{
    private static readonly PeriodGrid Grid = PeriodGrid.QuarterHour;

    // 1 June 2026, 9:00 on the wall.
    private static readonly Period Nine = new(Grid.At(ItalianTime.Midnight(new DateOnly(2026, 6, 1))).Index + 36);

    // A wash of an hour at 1,200 W: 1,200 Wh. 28 ct until 13:00, 10 ct then, until 17:00.
    private static readonly Func<Period, PeriodOutlook> CheapAfternoon = period =>
        new PeriodOutlook(new Energy(100), new Price(period.Index - Nine.Index is >= 16 and < 32 ? 100_000 : 280_000), new Price(50_000));

    [Fact]
    public void It_waits_for_the_first_of_the_cheapest_starts()
    {
        var suggestion = StartSuggestion.For(Wash(Nine, 32), Nine, CheapAfternoon, Grid)!;
        Assert.Equal((Nine.Index + 16, 1_200), (suggestion.Best.Index, suggestion.Energy.WattHours));

        // 1.2 kWh × 28 ct = 33.6 ct; × 10 ct = 12 ct.
        Assert.Equal((336_000, 120_000, 216_000), (suggestion.CostSoonest.MicroEur, suggestion.CostBest.MicroEur, suggestion.Saving.MicroEur));
        Assert.Equal("Start the washing machine at 13:00 instead of now: about 0.22 € less.", SuggestionWords.Of(suggestion, Nine, Grid));
    }

    [Fact]
    public void The_deadline_comes_before_the_money()
    {
        // Ready at 13:15: the last start is 12:15, three quarters of an hour at 28 ct and one at 10: 300 Wh × 18 ct/kWh = 5.4 ct less.
        var suggestion = StartSuggestion.For(Wash(Nine, 17), Nine, CheapAfternoon, Grid)!;
        Assert.Equal((Nine.Index + 13, 54_000), (suggestion.Best.Index, suggestion.Saving.MicroEur));
        Assert.Null(StartSuggestion.For(Wash(Nine, 17), new Period(Nine.Index + 14), CheapAfternoon, Grid));
    }

    [Fact]
    public void Own_surplus_costs_what_it_would_have_brought()
    {
        // 200 Wh over of the 300 that a quarter takes: 200 × 5 ct + 100 × 28 ct = 1 + 2.8 ct.
        Assert.Equal(38_000, new PeriodOutlook(new Energy(-200), new Price(280_000), new Price(50_000)).CostOf(new Energy(300)).MicroEur);
    }

    [Fact]
    public void For_less_than_a_cent_nobody_waits()
    {
        // Only the first 300 Wh are dearer: × 0.8 ct/kWh = 0.24 ct.
        PeriodOutlook Outlook(Period period) => new(Energy.Zero, new Price(period == Nine ? 288_000 : 280_000), default);
        var suggestion = StartSuggestion.For(Wash(Nine, 32), Nine, Outlook, Grid)!;
        Assert.Equal(Nine, suggestion.Best);
        Assert.Equal("Start the washing machine now: waiting saves nothing.", SuggestionWords.Of(suggestion, Nine, Grid));
    }

    [Fact]
    public void What_is_not_loaded_yet_and_what_is_tomorrow_is_said()
    {
        var loaded = new Period(Nine.Index + 52); // 22:00
        PeriodOutlook Night(Period period) => new(Energy.Zero, new Price(period.Index >= Nine.Index + 64 ? 100_000 : 280_000), default);
        var suggestion = StartSuggestion.For(Wash(loaded, 32), Nine, Night, Grid)!;
        Assert.Equal(
            "Once the washing machine is loaded, start it tomorrow at 01:00 instead of at 22:00: about 0.22 € less.", SuggestionWords.Of(suggestion, Nine, Grid));
    }

    private static ShiftableControlSpace Wash(Period earliest, int window) =>
        new("washing machine", Nine, [1_200, 1_200, 1_200, 1_200], earliest, new Period(earliest.Index + window));
}
