using CsCheck;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility;

public sealed class BiddingTests
{
    private static readonly SupplierPrices Supplier = new(new Price(250_000), new Price(100_000));
    private static readonly Reservation NoMargin = Reservation.Of(Supplier, 0, Homes.Rules);
    private static readonly Energy Limit = new(10_000);

    [Fact]
    public void A_store_that_can_feed_the_homes_own_load_shows_as_less_buying()
    {
        // 300 Wh of load, 200 Wh of it from the store where energy costs more than 15 ct: nothing is sold.
        var steps = Steps(new DemandCurve(new Energy(100), [new Slice(new Price(150_000), new Energy(200))]));
        Assert.Equal([new Step(new Price(250_000), new Energy(100)), new Step(new Price(150_000), new Energy(200))], steps.Buy.AsEnumerable());
        Assert.Empty(steps.Sell);
    }

    [Fact]
    public void A_slice_across_zero_is_a_purchase_and_a_sale_one_tick_apart()
    {
        var steps = Steps(new DemandCurve(new Energy(-150), [new Slice(new Price(150_000), new Energy(200))]));
        Assert.Equal([new Step(new Price(150_000), new Energy(50))], steps.Buy.AsEnumerable());
        Assert.Equal([new Step(new Price(150_100), new Energy(150))], steps.Sell.AsEnumerable());
    }

    [Fact]
    public void Slices_outside_the_suppliers_prices_are_not_bid_for()
    {
        // Worth 9 ct where the supplier pays 10: never taken. Worth 26 ct where it asks 25: always taken.
        var steps = Steps(new DemandCurve(Energy.Zero, [new Slice(new Price(90_000), new Energy(70)), new Slice(new Price(260_000), new Energy(80))]));
        Assert.Equal([new Step(new Price(250_000), new Energy(80))], steps.Buy.AsEnumerable());
        Assert.Empty(steps.Sell);
    }

    [Fact]
    public void The_connection_cuts_the_worst_steps_first()
    {
        var curve = new DemandCurve(new Energy(100), [new Slice(new Price(200_000), new Energy(100)), new Slice(new Price(150_000), new Energy(100))]);
        var steps = BidConstruction.Steps(curve, Supplier, NoMargin, new Energy(150), Homes.Rules);
        Assert.Equal([new Step(new Price(250_000), new Energy(100)), new Step(new Price(200_000), new Energy(50))], steps.Buy.AsEnumerable());
    }

    [Fact]
    public void A_price_beyond_the_cap_is_bid_at_the_cap()
    {
        var dear = new SupplierPrices(new Price(5_000_000), new Price(100_000));
        var steps = BidConstruction.Steps(DemandCurve.Constant(new Energy(10)), dear, Reservation.Of(dear, 0, Homes.Rules), Limit, Homes.Rules);
        Assert.Equal([new Step(Homes.Rules.Cap, new Energy(10))], steps.Buy.AsEnumerable());
    }

    [Fact]
    public void Reservation_prices_round_towards_the_home()
    {
        // 249 999 is off tick: it buys at 249 900; a sale at 100 001 or more is one at 100 100.
        Assert.Equal(
            new Reservation(new Price(249_900), new Price(100_100)),
            Reservation.Of(new SupplierPrices(new Price(249_999), new Price(100_001)), 0, Homes.Rules));
    }

    [Fact]
    public void Curves_add_up_at_every_price() =>
        Gen.Select(Curves, Curves, Gen.Long[-50, 50]).Sample((a, b, price) =>
            Assert.Equal(a.At(new Price(price)) + b.At(new Price(price)), (a + b).At(new Price(price))));

    [Fact]
    public void Shares_add_up_and_stay_on_each_devices_curve() =>
        Gen.Select(Curves, Curves, Gen.Int[0, 100]).Sample((a, b, percent) =>
        {
            var sum = a + b;
            var total = new Energy(sum.Base.WattHours + (sum.Most - sum.Base).WattHours * percent / 100);
            var shares = DemandCurve.Share(total, [a, b]);
            Assert.Equal(total, shares[0] + shares[1]);
            Assert.InRange(shares[0].WattHours, a.Base.WattHours, a.Most.WattHours);
            Assert.InRange(shares[1].WattHours, b.Base.WattHours, b.Most.WattHours);

            // No other split is worth more: the sum's own area is the most there is.
            Assert.Equal(sum.ValueOf(total), a.ValueOf(shares[0]) + b.ValueOf(shares[1]));
        });

    [Fact]
    public void Stored_energy_is_worth_import_when_empty_half_way_at_the_need_and_export_when_full()
    {
        // 4000 Wh lacking, then 6000 Wh of surplus; a store of 10 kWh without losses.
        var space = new StorageControlSpace(
            "battery", Homes.First, Energy.Zero, Energy.Zero, new Energy(10_000), 5_000, 5_000, Efficiency.Lossless, Efficiency.Lossless);
        var value = StorageValue.Of(space, [(new Energy(4_000), Supplier), (new Energy(-6_000), Supplier)]);
        Assert.Equal(new Price(250_000), value.At(Energy.Zero));
        Assert.Equal(new Price(175_000), value.At(new Energy(4_000)));
        Assert.Equal(new Price(100_000), value.At(new Energy(10_000)));
        Assert.Equal(new Price(212_500), value.At(new Energy(2_000)));
    }

    [Fact]
    public void Break_even_is_the_cost_of_what_is_inside_over_what_comes_out()
    {
        // 1000 Wh bought at 10 ct, 900 Wh of it stored, 90 % of that comes out: 10 / 0.81 = 12.345679 ct, rounded up.
        var book = new StorageBook();
        book.Charged(new Energy(1_000), new Price(100_000));
        Assert.Equal(new Price(123_457), book.BreakEven(900_000_000, new Efficiency(900_000)));

        // Half of it gone, half of the cost is gone.
        book.Drawn(900_000_000, 450_000_000);
        Assert.Equal(new Price(123_457), book.BreakEven(450_000_000, new Efficiency(900_000)));
    }

    [Theory]
    [InlineData(0, 130_000)]
    [InlineData(5, 190_000)]
    [InlineData(10, 250_000)]
    public void Urgency_rises_evenly_to_the_import_price_at_the_latest_start(int waited, long expected)
    {
        // 10 ct + 15 ct × (0.2 + 0.8 × waited / 10).
        var space = new ShiftableControlSpace("dishwasher", Homes.At(waited), [1_000, 1_000], Homes.At(0), Homes.At(12));
        Assert.Equal(new Price(expected), ApplianceUrgency.Limit(space, Supplier, Homes.Rules));
    }

    private static readonly Gen<DemandCurve> Curves =
        Gen.Select(Gen.Long[-500, 500], Gen.Select(Gen.Long[-50, 50], Gen.Long[1, 100]).Array[0, 8])
            .Select((start, slices) => new DemandCurve(new Energy(start), slices.Select(slice => new Slice(new Price(slice.Item1), new Energy(slice.Item2)))));

    private static BidSteps Steps(DemandCurve curve) => BidConstruction.Steps(curve, Supplier, NoMargin, Limit, Homes.Rules);
}
