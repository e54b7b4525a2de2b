using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.Tests.BspGateway.Community;

/// <summary>What planning makes of a home's program and headroom.</summary>
public sealed class HomeOutlookTests
{
    private static readonly MarketDay Tomorrow = new(new DateOnly(2026, 12, 2));

    [Fact]
    public void A_day_is_the_programs_and_where_it_ends_as_a_day_before()
    {
        // Ten o'clock UTC is eleven in Italy: the next day begins 13 hours or 52 periods later, and the program ends 48 periods into it.
        var outlook = new HomeOutlook(Program(0, 7, [.. Enumerable.Range(0, 100).Select(t => (long)t)]), null);
        var day = outlook.Day(Tomorrow, PeriodGrid.QuarterHour)!.Value;

        Assert.Equal(96, day.Length);
        Assert.Equal(new Energy(52), day[0]);
        Assert.Equal(new Energy(99), day[47]);
        // The next is number 100 of the program, which it does not have, and number 4 a day before.
        Assert.Equal(new Energy(4), day[48]);
        Assert.Equal(new Energy(51), day[95]);
    }

    [Fact]
    public void What_a_program_says_nothing_of_is_not_made_up()
    {
        Assert.Null(new HomeOutlook(Program(0, 7, 1, 2, 3), null).Day(Tomorrow, PeriodGrid.QuarterHour));
        // It reaches midnight; 05:00 to 11:00 of the day it says neither tomorrow nor today.
        Assert.Null(new HomeOutlook(Program(0, 7, [.. new long[60]]), null).Day(Tomorrow, PeriodGrid.QuarterHour));
    }

    [Fact]
    public void Headroom_is_asks_and_the_way_with_more_power_of_each_span_is_offered()
    {
        var headroom = Headroom(0, 7, spans: 1) with { Spans = [Headroom(0, 7).Spans[0], new FlexibilitySpan(After(5), 4, [], [new(500, new Price(90_000)), new(100, new Price(80_000))], [], [])] };
        var spans = new HomeOutlook(Program(0, 7, 0), headroom).Spans(Home(0).Pod, Ten);

        Assert.Equal([(RegulationDirection.Up, After(1)), (RegulationDirection.Down, After(5))], spans.Select(span => (span.Direction, span.First)));
        Assert.Equal([new AskedStep(800, new Price(200_000)), new AskedStep(1_200, new Price(250_000))], spans[0].Steps);
        // Who pays 9 ct for a kWh asks for −9.
        Assert.Equal([new AskedStep(500, new Price(-90_000)), new AskedStep(100, new Price(-80_000))], spans[1].Steps);
        Assert.All(spans, span => Assert.Null(span.Check()));
        Assert.Empty(new HomeOutlook(Program(0, 7, 0), headroom).Spans(Home(0).Pod, Ten.AddMinutes(30)));
    }
}
