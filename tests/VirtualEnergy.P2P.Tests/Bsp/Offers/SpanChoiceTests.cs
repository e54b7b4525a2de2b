using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Offers;

public sealed class SpanChoiceTests
{
    [Fact]
    public void A_home_is_offered_in_the_span_that_earns_it_most()
    {
        // 1 kW for two periods: at 20 ct against 10 ct asked 50 m€ (2 × 250 Wh × 10 ct), at 30 ct against 25 ct only 25 m€.
        var (noon, evening) = (Up(1, 48, 100_000), Up(1, 72, 250_000));
        Assert.Equal([noon], Of(period => period < 60 ? 200_000 : 300_000, noon, evening));
        Assert.Equal([evening], Of(period => period < 60 ? 120_000 : 300_000, noon, evening));
    }

    [Fact]
    public void Both_directions_of_the_chosen_span_are_offered_and_none_of_another()
    {
        var (noon, evening) = (Up(1, 48, 0), Up(1, 72, 0));
        var (noonDown, eveningDown) = (noon with { Direction = RegulationDirection.Down }, evening with { Direction = RegulationDirection.Down });
        Assert.Equal([evening, eveningDown], Of(period => period, noon, noonDown, evening, eveningDown));
    }

    [Fact]
    public void Down_the_price_is_what_is_paid()
    {
        // Homes pay up to 10 ct; the span in which the market asks for less is the better one.
        var (noon, evening) = (Up(1, 48, -100_000) with { Direction = RegulationDirection.Down }, Up(1, 72, -100_000) with { Direction = RegulationDirection.Down });
        Assert.Equal([noon], Of(period => period < 60 ? 20_000 : 60_000, noon, evening));
    }

    [Fact]
    public void Of_spans_that_earn_the_same_the_earlier_is_taken()
    {
        var (noon, evening) = (Up(1, 48, 0), Up(1, 72, 0));
        Assert.Equal([noon], Of(_ => 0, evening, noon));
    }

    [Fact]
    public void Each_home_has_a_span_of_its_own_and_malformed_ones_have_none()
    {
        var (first, second) = (Up(1, 48, 0), Up(2, 72, 0));
        Assert.Equal([first, second], Of(period => period, first, second, first with { Steps = [] }, first with { Count = int.MaxValue }));
    }

    private static ImmutableArray<PointHeadroom> Of(Func<long, long> price, params PointHeadroom[] headrooms) =>
        SpanChoice.Of(headrooms, (period, _) => new Price(price(period.Index)), BspSamples.Grid);

    private static PointHeadroom Up(int number, int first, long ask) => new(BspSamples.Pod(number), new(first), 2, RegulationDirection.Up, [new(1_000, new(ask))]);
}
