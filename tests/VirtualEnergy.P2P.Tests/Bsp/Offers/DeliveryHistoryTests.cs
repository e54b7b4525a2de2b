using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Offers;

public sealed class DeliveryHistoryTests
{
    private static readonly Period Evening = BspSamples.At("2026-11-30T17:00:00Z");

    [Fact]
    public void Successive_periods_are_one_order_and_each_order_is_what_was_delivered_of_it()
    {
        // First order: 100 of 100, then 40 of 100: 700 ‰. An hour later 0 of 50; the other way in the next period 60 of 50, which is all.
        var history = DeliveryHistory.Of(
        [
            Settled(5, RegulationDirection.Up, (1, 50, 0)), Settled(1, RegulationDirection.Up, (1, 100, 40)), Settled(0, RegulationDirection.Up, (1, 100, 100), (2, 0, 300)),
            Settled(6, RegulationDirection.Down, (1, 50, -60)),
        ]);

        Assert.Equal([700, 0, 1000], history[BspSamples.Pod(1)]);
        Assert.False(history.ContainsKey(BspSamples.Pod(2))); // was told nothing
    }

    [Fact]
    public void Who_went_the_other_way_delivered_nothing() =>
        Assert.Equal([0], DeliveryHistory.Of([Settled(0, RegulationDirection.Up, (1, 100, -20))])[BspSamples.Pod(1)]);

    [Fact]
    public void A_home_that_let_orders_down_makes_less_firm_power()
    {
        // Nine homes of 1 kW at nine in ten. A tenth of 4 kW at nine in ten: 5 kW or more are missing with 0.1 × 61 % = 6.1 %, 6 or more with 2 %, so 8 kW are firm. After ten orders that it
        // let down it comes with 9 / 20: 6 kW or more are missing with 0.55 × 22.5 % = 12 %, 7 or more with 0.55 × 5.3 % = 2.9 %.
        var record = DeliveryRecord.Of(DeliveryHistory.Of([.. Enumerable.Range(0, 10).Select(order => Settled(order * 4, RegulationDirection.Up, (1, 100, 0)))])[BspSamples.Pod(1)], 10, 900);
        List<UncertainPower> nine = [.. Enumerable.Repeat(new UncertainPower(1_000, DeliveryRecord.Of([], 10, 900)), 9)];
        Assert.Equal(8_000, FirmPower.Of([.. nine, new(4_000, nine[0].Record)], 950));
        Assert.Equal(7_000, FirmPower.Of([.. nine, new(4_000, record)], 950));
    }

    // What each point was told and delivered, Wh, by a baseline of nothing.
    private static PeriodSettlement Settled(int period, RegulationDirection direction, params (int Point, long Told, long Delivered)[] points) => new UnitSettlement(BspSamples.Msd, 0).Settle(new(
        BspSamples.Uvam, new(Evening.Index + period), direction, [new(new(100), new(100_000))],
        [.. points.Select(point => new PointDelivery(BspSamples.Pod(point.Point), BspSamples.Member(point.Point), new(0), new(-point.Delivered), new(point.Told)))])).Settlement!;
}
