using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp;
using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Remuneration;

/// <summary>A grid operator's order of 4 kW up for two quarters of an hour: 2,000 Wh. Home 1 is told 600 Wh in each and asks 10 ct; home 2 is told 400 and asks 20.</summary>
public sealed class GridOrderTests
{
    private static readonly Period First = BspSamples.At("2026-11-30T18:00:00Z");
    private static readonly UnitSettlement Settlement = new(BspSamples.Msd, feePermille: 100);

    [Fact]
    public void The_price_is_shared_by_what_each_home_delivered_in_all_of_the_order()
    {
        // Home 1 delivers 600 + 600, home 2 400 + 0 (it was not read in the second period). Of 1.00 EUR they asked 1,200 × 10 ct = 120,000 and 400 × 20 ct = 80,000; the fee of 10 % is
        // 100,000; the rest of 700,000 goes 1,200 : 400. Penalty 0.05 EUR: only home 2 fell short.
        var settled = Assert.Single(Settle(Order(up: 2), new(1_000_000), new(50_000)));
        Assert.Equal((First, RegulationDirection.Up, OrderingOperator.GridOperator, false), (settled.Period, settled.Direction, settled.Buyer, settled.Disputed));
        Assert.Equal([(1_200L, 645_000L, 0L), (400, 255_000, 50_000)], settled.Points.Select(point => (point.Delivered.WattHours, point.Payment.MicroEur, point.Charge.MicroEur)));
        Assert.Equal((100_000, 0), (settled.Fee.MicroEur, settled.ProviderCharge.MicroEur));
        Assert.Equal(950_000, settled.Points.Sum(point => point.Net.MicroEur) + settled.ProviderNet.MicroEur);
    }

    [Fact]
    public void An_order_both_ways_is_two_and_nothing_of_its_price_is_lost()
    {
        // 1,000 Wh up and 2,000 down: 1.000001 EUR are 333,333 and 666,668 µEUR.
        var settled = Settle(Order(up: 1, down: 2), new(1_000_001), new(100));
        Assert.Equal([(First, RegulationDirection.Up, 333_333L, 33L), (new Period(First.Index + 1), RegulationDirection.Down, 666_668, 67)],
            settled.Select(one => (one.Period, one.Direction, one.Cash.Payment.MicroEur, one.Cash.Charge.MicroEur)));
    }

    [Fact]
    public void What_nobody_is_known_to_have_delivered_is_the_providers()
    {
        var period = Assert.Single(new GridOrder(BspSamples.Uvam, Order(up: 1), new(500_000), Money.Zero).Periods(BspSamples.Grid, (_, _) => []));
        var settled = Settlement.Settle(period).Settlement!;
        Assert.Equal((500_000, 0), (settled.Fee.MicroEur, settled.Points.Length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7_777_777)]
    [InlineData(-3)] // a penalty above the price
    public void Members_and_provider_have_the_operators_cash_to_the_micro_euro(long price) => Assert.All(
        Settle(Order(up: 2, down: 1), new(Math.Max(0, price)), new(Math.Max(0, -price))),
        settled => Assert.Equal(settled.Cash.Net.MicroEur, settled.Points.Sum(point => point.Net.MicroEur) + settled.ProviderNet.MicroEur));

    private static ImmutableSortedDictionary<Period, long> Order(int up, int down = 0) =>
        Enumerable.Range(0, up + down).ToImmutableSortedDictionary(at => new Period(First.Index + at), at => at < up ? -4_000L : 4_000);

    private static ImmutableArray<PeriodSettlement> Settle(ImmutableSortedDictionary<Period, long> ordered, Money price, Money penalty) =>
        [.. new GridOrder(BspSamples.Uvam, ordered, price, penalty).Periods(BspSamples.Grid, Delivered).Select(period => Settlement.Settle(period).Settlement!)];

    private static ImmutableArray<PointDelivery> Delivered(Period period, RegulationDirection direction)
    {
        var sign = direction == RegulationDirection.Up ? -1 : 1;
        return
        [
            new(BspSamples.Pod(1), BspSamples.Member(1), new(1_000), new(1_000 + sign * 600), new(600), new(100_000)),
            new(BspSamples.Pod(2), BspSamples.Member(2), new(1_000), period == First ? new(1_000 + sign * 400) : null, new(400), new(200_000)),
        ];
    }
}
