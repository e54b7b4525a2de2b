using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

/// <summary>What becomes known of a home while its agent runs: real batteries, the member's word, devices beside the plan.</summary>
public sealed class PlanningAgentNowTests
{
    // 28 ct all day, 9 ct for what is fed in, and a market that is expected at 20 ct throughout.
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void A_real_battery_is_planned_by_its_own_word_for_what_is_in_it()
    {
        var agent = Agent(new HomeDescription("home", 6_000, PowerProfile.Constant(400)));
        Assert.Empty(agent.BidFor(Homes.At(0)).Sell);

        // 4 kWh, 2 kW: 500 Wh in a quarter of an hour, 100 of which the home takes itself, so at the highest price it sells 400.
        agent.Observe(new HomeNow { Batteries = [Battery(4_000)] });
        Assert.Equal(400, agent.BidFor(Homes.At(0)).Sell.Sum(step => step.Energy.WattHours));

        // 95 of 100 Wh arrive: of 300 Wh above the reserve of 700, a part of one of which leaks away, a home that takes 100 itself sells 184 whole ones.
        agent.Observe(new HomeNow { Batteries = [Battery(1_000, floor: 700)] });
        Assert.Equal(184, agent.BidFor(Homes.At(0)).Sell.Sum(step => step.Energy.WattHours));
        Assert.Equal(1_000, Assert.Single(agent.Stores).Fill);

        // It did not do as it was told: the next word counts, and not the order.
        agent.Deliver(Homes.At(0), new Price(500_000), new Energy(-184));
        agent.Observe(new HomeNow { Batteries = [Battery(3_999)] });
        Assert.Equal(3_999, agent.Stores[0].Fill);
    }

    [Fact]
    public void A_real_battery_that_is_out_of_reach_is_not_planned_with_until_it_is_back()
    {
        var agent = Agent(new HomeDescription("home", 6_000, PowerProfile.Constant(400)));
        agent.Observe(new HomeNow { Batteries = [Battery(4_000)] });
        agent.Observe(HomeNow.Simulated);
        Assert.Empty(agent.BidFor(Homes.At(0)).Sell);
        Assert.Equal(Energy.Zero, agent.Deliver(Homes.At(0), new Price(500_000), new Energy(-400)).Storage);
        agent.Observe(new HomeNow { Batteries = [Battery(4_000)] });
        Assert.NotEmpty(agent.BidFor(Homes.At(1)).Sell);
    }

    [Fact]
    public void What_the_member_switches_on_charges_at_any_price_and_what_she_switches_off_at_none()
    {
        var home = new HomeDescription("home", 6_000, PowerProfile.Constant(400), battery: new BatteryDescription(new Energy(4_000), 2_000, 2_000, initialFill: new Energy(2_000)));
        var agent = Agent(home);

        // 2 kW for a quarter of an hour and the load: 600 Wh, whatever it costs.
        agent.Observe(new HomeNow { Fixed = [new FixedDevice("battery", true, Homes.At(2))] });
        Assert.Equal([600L], agent.BidFor(Homes.At(0)).Buy.Select(step => step.Energy.WattHours));
        var delivery = agent.Deliver(Homes.At(0), null, Energy.Zero);
        Assert.Equal((500, 600), (delivery.Storage.WattHours, delivery.Net.WattHours));

        agent.Observe(new HomeNow { Fixed = [new FixedDevice("battery", false, Homes.At(2))] });
        Assert.Equal(Energy.Zero, agent.Deliver(Homes.At(1), new Price(0), new Energy(2_000)).Storage);

        // Her word is over: at no price at all the battery takes what it gets.
        Assert.Equal(500, agent.Deliver(Homes.At(2), new Price(0), new Energy(600)).Storage.WattHours);
    }

    [Fact]
    public void Even_what_is_switched_on_stays_within_the_connection()
    {
        var battery = new BatteryDescription(new Energy(10_000), 5_000, 5_000);
        var agent = Agent(new HomeDescription("home", 3_000, PowerProfile.Constant(1_000), battery: battery));
        agent.Observe(new HomeNow { Fixed = [new FixedDevice("battery", true, Homes.At(9))] });

        // 3 kW less 1 kW of load are 2 kW: 500 Wh.
        Assert.Equal((500, 750), (agent.Deliver(Homes.At(0), null, Energy.Zero) is var ran ? ran.Storage.WattHours : 0, ran.Net.WattHours));
    }

    [Fact]
    public void An_appliance_starts_when_the_member_says_so_and_waits_beyond_its_deadline_when_she_says_that()
    {
        var washing = new ApplianceDescription("washing machine", [1_000, 1_000], [new ApplianceRun(Homes.At(0), Homes.At(40))]);
        var now = Agent(new HomeDescription("home", 6_000, PowerProfile.Constant(400), appliances: [washing]));
        now.Observe(new HomeNow { Fixed = [new FixedDevice("washing machine", true, Homes.At(1))] });
        Assert.Equal(250, now.Deliver(Homes.At(0), null, Energy.Zero).Appliances.WattHours);
        Assert.True(now.Deliver(Homes.At(1), null, Energy.Zero) is { Appliances.WattHours: 250 }); // a run that has begun is not broken off

        var never = Agent(new HomeDescription("home", 6_000, PowerProfile.Constant(400), appliances: [washing]));
        never.Observe(new HomeNow { Fixed = [new FixedDevice("washing machine", false, Homes.At(60))] });
        var ran = Enumerable.Range(0, 70).Select(t => never.Deliver(Homes.At(t), null, Energy.Zero)).ToList();
        Assert.All(ran, delivery => Assert.Equal(Energy.Zero, delivery.Appliances));
        Assert.Equal(0, never.FinishedRuns);
    }

    [Fact]
    public void A_plant_that_is_switched_off_gives_nothing()
    {
        var agent = Agent(new HomeDescription("home", 6_000, PowerProfile.Constant(400), PowerProfile.Constant(2_000)));
        agent.Observe(new HomeNow { Fixed = [new FixedDevice(PlannedHome.Photovoltaics, false, Homes.At(1))] });
        Assert.Empty(agent.BidFor(Homes.At(0)).Sell);
        var dark = agent.Deliver(Homes.At(0), null, Energy.Zero);
        Assert.Equal((Energy.Zero, new Energy(500)), (dark.Production, dark.Allocations.OfType<InflexibleAllocation>().Single().Curtailed));
        Assert.Equal(500, agent.Deliver(Homes.At(1), null, Energy.Zero).Production.WattHours);
    }

    [Fact]
    public void Devices_beside_the_plan_are_bid_for_and_run_by_the_price_that_comes()
    {
        // 250 Wh up to 15 ct, beside 100 Wh of load at any price.
        var agent = Agent(new HomeDescription("home", 6_000, PowerProfile.Constant(400)) { MarginPermille = 0 });
        agent.Observe(new HomeNow { Beside = new DemandCurve(Energy.Zero, [new Slice(new Price(150_000), new Energy(250))]) });
        Assert.Equal([(280_000, 100), (150_000, 250)], agent.BidFor(Homes.At(0)).Buy.Select(step => (step.Price.MicroEurPerKWh, step.Energy.WattHours)));
        Assert.Equal(350, agent.ResponseTo(Homes.At(0), new Price(150_000)).WattHours);

        var dear = agent.Deliver(Homes.At(0), new Price(150_100), new Energy(100));
        Assert.Equal((0, 100, 150_100), (dear.Beside.WattHours, dear.Net.WattHours, dear.BesidePrice.MicroEurPerKWh));
        var cheap = agent.Deliver(Homes.At(1), new Price(150_000), new Energy(350));
        Assert.Equal((250, 350), (cheap.Beside.WattHours, cheap.Net.WattHours));

        // Without a result a home that lacks energy buys at 28 ct.
        Assert.Equal((0, 280_000), (agent.Deliver(Homes.At(2), null, Energy.Zero) is var alone ? alone.Beside.WattHours : 0, alone.BesidePrice.MicroEurPerKWh));
    }

    [Fact]
    public void The_answer_to_a_price_is_what_the_bid_says_at_it()
    {
        var home = PlanningAgentTests.Home(5);
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => new Outlook(new double[96], new double[96], [[.. Enumerable.Repeat(200_000.0, 96)]]));
        var bid = agent.BidFor(Homes.At(0));
        for (var price = 100_000L; price <= 270_000; price += 7_000)
        {
            var taken = bid.Buy.Where(step => step.Price.MicroEurPerKWh >= price).Sum(step => step.Energy.WattHours) - bid.Sell.Where(step => step.Price.MicroEurPerKWh <= price).Sum(step => step.Energy.WattHours);
            Assert.Equal(taken, agent.ResponseTo(Homes.At(0), new Price(price)).WattHours);
        }
    }

    private static MeasuredBattery Battery(long fill, long floor = 0) => new("battery", new BatteryDescription(
        new Energy(4_000), 2_000, 2_000, minimumFill: new Energy(floor), initialFill: new Energy(fill)));

    private static PlanningAgent Agent(HomeDescription home) => new(
        new PlannedHome(home, []), Homes.Rules, Tariff, new HomePlanner(),
        _ => new Outlook([.. Enumerable.Repeat(home.Load.At(Homes.First) / 4.0, 96)], [.. Enumerable.Repeat((home.Photovoltaics?.At(Homes.First) ?? 0) / 4.0, 96)], [[.. Enumerable.Repeat(200_000.0, 96)]]));
}
