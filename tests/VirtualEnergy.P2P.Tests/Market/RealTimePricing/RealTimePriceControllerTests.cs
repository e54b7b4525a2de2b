using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.RealTimePricing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.RealTimePricing;

public sealed class RealTimePriceControllerTests
{
    private static readonly Price Reference = new(200_000);

    // 100 Wh less for each cent more; a step undoes a quarter.
    private static readonly RealTimePriceRules Rules = new() { ResponsePerCent = new Energy(100) };

    private static readonly RealTimePriceController Controller = new(Rules, MarketRules.Default);

    [Fact]
    public void In_balance_the_price_is_the_reference_and_follows_it()
    {
        Assert.Equal(Reference, Controller.First(Reference));
        Assert.Equal(Reference, Next(Reference, net: 0));
        Assert.Equal(new Price(230_000), Controller.Next(Reference, Reference, new Price(230_000), Energy.Zero));
    }

    [Fact]
    public void Too_much_consumption_raises_the_price_by_a_quarter_of_what_would_undo_it()
    {
        // 400 Wh too many would be undone by 4 ct; a quarter is 1 ct = 10 000 µEUR/kWh.
        Assert.Equal(new Price(210_000), Next(Reference, net: 400));
        Assert.Equal(new Price(190_000), Next(Reference, net: -400));
    }

    [Fact]
    public void The_imbalance_is_measured_from_the_target()
    {
        var exporting = new RealTimePriceController(Rules with { Target = new Energy(-1_000) }, MarketRules.Default);
        Assert.Equal(Reference, exporting.Next(Reference, Reference, Reference, new Energy(-1_000)));
        Assert.Equal(new Price(210_000), exporting.Next(Reference, Reference, Reference, new Energy(-600)));
    }

    [Fact]
    public void A_step_is_limited_and_the_price_stays_within_floor_and_cap()
    {
        Assert.Equal(new Price(250_000), Next(Reference, net: 1_000_000_000));
        Assert.Equal(new Price(150_000), Next(Reference, net: long.MinValue));
        Assert.Equal(MarketRules.Default.Cap, Next(MarketRules.Default.Cap, net: 5_000));
        Assert.Equal(MarketRules.Default.Floor, Next(MarketRules.Default.Floor, net: -5_000));
    }

    [Fact]
    public void A_price_at_its_cap_comes_back_with_the_first_measurement_below_the_target() =>
        Assert.Equal(new Price(3_990_000), Next(MarketRules.Default.Cap, net: -400));

    [Fact]
    public void Without_measurements_the_price_goes_back_to_the_reference()
    {
        Assert.Equal(new Price(270_000), Next(new Price(280_000), net: null)); // an eighth of the 80 000 that it was away
        var price = new Price(280_000);
        for (var i = 0; i < 60; i++)
        {
            price = Next(price, net: null);
        }

        Assert.InRange(price.MicroEurPerKWh, Reference.MicroEurPerKWh, Reference.MicroEurPerKWh + 400); // half a tick is an eighth of 400
    }

    [Fact]
    public void Published_prices_are_on_tick() => Gen.Select(Gen.Long[-500_000, 4_000_000], Gen.Long, Gen.Bool).Sample(sample =>
    {
        var (previous, net, known) = sample;
        var price = Controller.Next(new Price(previous), Reference, Reference, known ? new Energy(net) : null);
        return MarketRules.Default.IsOnTick(price) && price >= MarketRules.Default.Floor && price <= MarketRules.Default.Cap;
    });

    // r is the true response as a multiple of the expected one; the loop is stable below 4 (see the controller).
    [Theory]
    [InlineData(25)]
    [InlineData(50)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(350)]
    public void A_lasting_disturbance_is_corrected_for_every_response_in_the_stable_range(int percentOfExpected)
    {
        var (price, before, net) = (Reference, Reference, 0L);
        var worst = 0L;
        for (var period = 0; period < 200; period++)
        {
            (before, price) = (price, Controller.Next(price, Reference, Reference, new Energy(net)));
            net = SimulatedNet(disturbance: 2_000, before, percentOfExpected); // heard one period late
            worst = period < 150 ? 0 : Math.Max(worst, Math.Abs(net));
        }

        // Within what one tick moves: 1 Wh a tick at the expected response, and half a tick of the controller's dead band.
        Assert.InRange(worst, 0, 10);
    }

    [Fact]
    public void Beyond_the_stable_range_the_limits_hold_the_price()
    {
        var (price, before, net) = (Reference, Reference, 0L);
        for (var period = 0; period < 500; period++)
        {
            (before, price) = (price, Controller.Next(price, Reference, Reference, new Energy(net)));
            net = SimulatedNet(disturbance: 2_000, before, percentOfExpected: 800);
            Assert.True(price >= MarketRules.Default.Floor && price <= MarketRules.Default.Cap);
        }
    }

    [Fact]
    public void A_community_that_is_said_not_to_respond_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RealTimePriceController(Rules with { ResponsePerCent = Energy.Zero }, MarketRules.Default));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RealTimePriceController(Rules with { MostPerPeriod = default }, MarketRules.Default));
    }

    private static Price Next(Price previous, long? net) =>
        Controller.Next(previous, Reference, Reference, net is { } known ? new Energy(known) : null);

    /// <summary>Simulated homes: 100 Wh less a cent at 100 %, linear without limit.</summary>
    private static long SimulatedNet(long disturbance, Price price, int percentOfExpected) =>
        disturbance - (price.MicroEurPerKWh - Reference.MicroEurPerKWh) * percentOfExpected / 10_000;
}
