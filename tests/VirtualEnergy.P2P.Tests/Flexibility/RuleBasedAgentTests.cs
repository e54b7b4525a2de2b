using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility;

/// <summary>Small homes, worked out by hand. The supplier asks 25 ct and pays 10 ct; a quarter of an hour of 1 kW is 250 Wh.</summary>
public sealed class RuleBasedAgentTests
{
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(250_000), new Price(100_000));

    [Fact]
    public void A_load_is_bought_below_the_suppliers_import_price_by_the_homes_margin()
    {
        // A tenth of the spread of 15 ct is 1.5 ct.
        var bid = Agent(Home(1_000) with { MarginPermille = 100 }).BidFor(Homes.First);
        Assert.Equal([new Step(new Price(235_000), new Energy(250))], bid.Buy.AsEnumerable());
        Assert.Empty(bid.Sell);
    }

    [Fact]
    public void A_surplus_is_sold_net_of_the_homes_own_load()
    {
        // 3 kW of sun less 1 kW of load: 500 Wh, at 10 ct and a margin of 1.5 ct.
        var bid = Agent(Home(1_000, sun: 3_000) with { MarginPermille = 100 }).BidFor(Homes.First);
        Assert.Empty(bid.Buy);
        Assert.Equal([new Step(new Price(115_000), new Energy(500))], bid.Sell.AsEnumerable());
    }

    [Fact]
    public void A_waiting_appliance_holds_back_the_surplus_that_it_would_use_at_a_low_price()
    {
        // Just loaded it pays 10 ct + 0.2 × 15 ct = 13 ct for 375 Wh of the surplus of 500 Wh; from a tick above, that is sold.
        var agent = Agent(Home(1_000, sun: 3_000, appliance: Washing(start: 0, deadline: 12)));
        var bid = agent.BidFor(Homes.First);
        Assert.Empty(bid.Buy);
        Assert.Equal(
            [new Step(new Price(100_000), new Energy(125)), new Step(new Price(130_100), new Energy(375))], bid.Sell.AsEnumerable());

        Assert.Equal(new Energy(375), agent.Deliver(Homes.First, new Price(120_000), new Energy(-125)).Appliances);
    }

    [Fact]
    public void A_waiting_appliance_does_not_start_when_its_energy_was_sold()
    {
        var agent = Agent(Home(1_000, sun: 3_000, appliance: Washing(start: 0, deadline: 12)));
        var delivery = agent.Deliver(Homes.First, new Price(140_000), new Energy(-500));
        Assert.Equal((Energy.Zero, new Energy(500), Energy.Zero), (delivery.Appliances, delivery.Export, delivery.Residual));
    }

    [Fact]
    public void An_appliance_in_its_last_feasible_period_runs_at_any_price_and_without_one()
    {
        // Two phases, due before period 4: the last start is period 2.
        var agent = Agent(Home(0, appliance: Washing(start: 0, deadline: 4)));
        Assert.Equal(Energy.Zero, agent.Deliver(Homes.At(0), null, Energy.Zero).Appliances);
        Assert.Equal(Energy.Zero, agent.Deliver(Homes.At(1), null, Energy.Zero).Appliances);
        Assert.Equal([new Step(new Price(250_000), new Energy(375))], agent.BidFor(Homes.At(2)).Buy.AsEnumerable());
        Assert.Equal(new Energy(375), agent.Deliver(Homes.At(2), null, Energy.Zero).Import);
        Assert.Equal(new Energy(100), agent.Deliver(Homes.At(3), null, Energy.Zero).Import);
        Assert.Equal(1, agent.FinishedRuns);
    }

    [Fact]
    public void Without_a_result_the_battery_takes_the_surplus_and_later_feeds_the_load()
    {
        // Four periods of 500 Wh surplus, then 250 Wh of load; without losses.
        var battery = new BatteryDescription(new Energy(4_000), 4_000, 4_000, Efficiency.Lossless, Efficiency.Lossless);
        var home = new HomeDescription(
            "home", 6_000, Homes.Profile(0, 0, 0, 0, 1_000, 1_000, 1_000, 1_000), Homes.Profile(2_000, 2_000, 2_000, 2_000, 0, 0, 0, 0), battery);
        var agent = Agent(home);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(Energy.Zero, agent.Deliver(Homes.At(i), null, Energy.Zero).Export);
        }

        Assert.Equal(new Energy(2_000), agent.BatteryFill);
        for (var i = 4; i < 8; i++)
        {
            Assert.Equal(Energy.Zero, agent.Deliver(Homes.At(i), null, Energy.Zero).Import);
        }

        Assert.Equal(new Energy(1_000), agent.BatteryFill);
    }

    [Fact]
    public void A_battery_offers_at_a_higher_price_than_it_asks_for()
    {
        var battery = new BatteryDescription(new Energy(10_000), 4_000, 4_000, initialFill: new Energy(5_000));
        var bid = Agent(new HomeDescription("home", 6_000, PowerProfile.Constant(0), battery: battery)).BidFor(Homes.First);
        Assert.Equal(1_000, bid.Buy.Sum(step => step.Energy.WattHours));
        Assert.Equal(1_000, bid.Sell.Sum(step => step.Energy.WattHours));

        // 95 % each way leaves 90.25 %.
        Assert.True(bid.Buy[0].Price.MicroEurPerKWh < bid.Sell[0].Price.MicroEurPerKWh * 0.9025);
    }

    [Fact]
    public void More_production_than_the_connection_carries_is_curtailed()
    {
        // 9 kW of sun, 1 kW of load, a connection of 3 kW: 4 kW are produced, 1000 Wh, and 750 Wh go out.
        var delivery = Agent(new HomeDescription("home", 3_000, PowerProfile.Constant(1_000), PowerProfile.Constant(9_000)))
            .Deliver(Homes.First, null, Energy.Zero);
        Assert.Equal((new Energy(1_000), new Energy(750)), (delivery.Production, delivery.Export));
    }

    [Fact]
    public void Production_stops_where_the_supplier_would_be_paid_to_take_it()
    {
        var agent = new RuleBasedAgent(
            Home(1_000, sun: 3_000), Homes.Rules, SupplierTariff.Flat(new Price(50_000), new Price(-20_000)));
        var silent = agent.Deliver(Homes.At(0), null, Energy.Zero);
        Assert.Equal((new Energy(250), Energy.Zero), (silent.Production, silent.Net));

        // Sold at a price above zero it is produced after all.
        var sold = agent.Deliver(Homes.At(1), new Price(30_000), new Energy(-500));
        Assert.Equal((new Energy(750), new Energy(-500)), (sold.Production, sold.Net));
    }

    [Fact]
    public void Periods_that_were_missed_run_without_a_result()
    {
        var agent = Agent(Home(0, appliance: Washing(start: 0, deadline: 4)));
        agent.Deliver(Homes.At(0), null, Energy.Zero);
        agent.Deliver(Homes.At(8), null, Energy.Zero);
        Assert.Equal(1, agent.FinishedRuns);
    }

    [Fact]
    public void A_period_is_delivered_once()
    {
        var agent = Agent(Home(1_000));
        agent.Deliver(Homes.First, null, Energy.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => agent.Deliver(Homes.First, null, Energy.Zero));
    }

    [Fact]
    public void A_home_that_can_draw_more_than_its_connection_carries_is_refused()
    {
        var refused = Assert.Throws<ArgumentException>(() => new HomeDescription("Home 7", 3_000, PowerProfile.Constant(3_001)));
        Assert.StartsWith("Home 7: load and appliances can draw 3001 W, the connection carries 3000 W.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Homes_differ_in_the_margin_they_ask_for_and_keep_it()
    {
        var margins = Enumerable.Range(1, 20).Select(i => new HomeDescription($"Home {i:00}", 3_000, PowerProfile.Constant(0)).MarginPermille).ToArray();
        Assert.All(margins, margin => Assert.InRange(margin, 0, HomeDescription.MostMarginPermille));
        Assert.True(margins.Distinct().Count() > 10);
    }

    private static RuleBasedAgent Agent(HomeDescription home) => new(home, Homes.Rules, Tariff);

    private static HomeDescription Home(long load, long? sun = null, ApplianceDescription? appliance = null) =>
        new("home", 6_000, PowerProfile.Constant(load), sun is { } watts ? PowerProfile.Constant(watts) : null, null,
            appliance is null ? [] : [appliance])
        {
            MarginPermille = 0,
        };

    // 375 Wh, then 100 Wh.
    private static ApplianceDescription Washing(int start, int deadline) =>
        new("washing machine", [1_500, 400], [new ApplianceRun(Homes.At(start), Homes.At(deadline))]);
}
