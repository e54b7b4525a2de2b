using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Headroom;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Headroom;

/// <summary>A home that has promised a change of its program: 400 W of load, and a battery of 8 kWh, 4 kW, half full, without losses or wear.</summary>
public sealed class CommittedAgentTests
{
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void An_order_is_held_to_the_Wh_and_the_bid_is_the_program()
    {
        var agent = Agent();
        Commit(agent, 0, 4, program: 100, reserved: -500, ordered: -500);
        for (var t = 0; t < 4; t++)
        {
            // The program, 100 Wh bought at whatever it takes, and nothing of the battery's.
            var steps = agent.BidFor(Homes.At(t));
            Assert.Empty(steps.Sell);
            Assert.Equal(new Energy(100), Assert.Single(steps.Buy).Energy);

            // 100 Wh of program less 500 Wh: 400 Wh into the grid, for an hour, out of 4 kWh.
            var delivery = agent.Deliver(Homes.At(t), new Price(150_000), new Energy(100));
            Assert.Equal((new Energy(-400), new Energy(-500)), (delivery.Net, delivery.Storage));
            Assert.Equal(new StorageAllocation("battery", Homes.At(t), new Energy(-500)), delivery.Allocations.OfType<StorageAllocation>().Single());
        }
    }

    [Fact]
    public void What_is_reserved_is_there_when_it_is_called()
    {
        // 990 Wh a quarter of an hour for an hour take all of the 4 kWh but 40 Wh, from the fifth period on. Until then a kWh brings 25 ct, and afterwards 10: it is sold before only
        // for more than buying it back before the call costs, and in the last period not at all.
        var agent = Agent();
        Commit(agent, 4, 4, program: 100, reserved: -990, ordered: null);
        for (var t = 0; t < 4; t++)
        {
            var steps = agent.BidFor(Homes.At(t));
            Assert.All(steps.Sell, step => Assert.True(t < 3 && step.Price > new Price(250_000), $"period {t}: {step}"));
            _ = agent.Deliver(Homes.At(t), null, Energy.Zero);
        }

        Commit(agent, 4, 4, program: 100, reserved: -990, ordered: -990);
        for (var t = 4; t < 8; t++)
        {
            Assert.Equal(new Energy(-890), agent.Deliver(Homes.At(t), null, Energy.Zero).Net);
        }
    }

    [Fact]
    public void Without_the_promise_that_energy_is_sold_before()
    {
        var agent = Agent();
        Assert.True(agent.BidFor(Homes.At(3)).Sell[0].Price < new Price(200_000));
    }

    [Fact]
    public void What_is_reserved_and_not_called_flows_by_the_program()
    {
        var agent = Agent();
        Commit(agent, 0, 1, program: -250, reserved: -500, ordered: null);
        Assert.Equal(new Energy(-250), agent.Deliver(Homes.At(0), new Price(150_000), new Energy(-250)).Net);
    }

    [Fact]
    public void An_order_in_the_middle_of_a_period_changes_what_runs()
    {
        var agent = Agent();
        Commit(agent, 0, 1, program: 100, reserved: -500, ordered: null);
        Assert.Equal(new Energy(100), agent.Deliver(Homes.At(0), null, Energy.Zero).Net);
        var fill = agent.Stores[0].Fill;

        // Half of the period is left: half of the 500 Wh.
        Commit(agent, 0, 1, program: 100, reserved: -500, ordered: -250);
        var amended = agent.Amend()!;
        Assert.Equal((new Energy(-150), new Energy(-250)), (amended.Net, amended.Storage));
        Assert.Equal(fill - 250, agent.Stores[0].Fill, 3);

        // Released again with a quarter left: once more, from where the period began.
        Commit(agent, 0, 1, program: 100, reserved: -500, ordered: -125);
        Assert.Equal(new Energy(-25), agent.Amend()!.Net);
        Assert.Equal(fill - 125, agent.Stores[0].Fill, 3);
    }

    [Fact]
    public void Nothing_is_amended_where_nothing_is_promised()
    {
        var agent = Agent();
        Assert.Null(agent.Amend());
        _ = agent.Deliver(Homes.At(0), null, Energy.Zero);
        Assert.Null(agent.Amend());
    }

    [Fact]
    public void More_than_the_devices_have_falls_short_and_the_connection_holds()
    {
        // 4 kW out of the battery, 400 W of load: 900 Wh into the grid at most; and 1.5 kWh of connection inwards.
        var agent = Agent();
        Commit(agent, 0, 1, program: 100, reserved: -5_000, ordered: -5_000);
        Assert.Equal(new Energy(-900), agent.Deliver(Homes.At(0), null, Energy.Zero).Net);
        Commit(agent, 1, 1, program: 100, reserved: 5_000, ordered: 5_000);
        Assert.Equal(new Energy(1_100), agent.Deliver(Homes.At(1), null, Energy.Zero).Net);
    }

    [Fact]
    public void What_is_promised_is_bid_without_a_plan()
    {
        // An order every few seconds, each of which may change the bid, is to cost no plan each.
        var plans = 0;
        var agent = new PlanningAgent(new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), []), Homes.Rules, Tariff, new HomePlanner(), _ =>
        {
            plans++;
            return new Outlook(new double[96], new double[96], []);
        });
        Commit(agent, 0, 1, program: 100, reserved: -300, ordered: null);
        Assert.Equal(100, agent.BidFor(Homes.At(0)).Buy.Sum(step => step.Energy.WattHours));
        Assert.Equal(0, plans);
        _ = agent.BidFor(Homes.At(1));
        Assert.Equal(1, plans);
    }

    [Fact]
    public void A_car_that_leaves_is_full_all_the_same()
    {
        // 2 kWh, 4 kW (1,000 Wh a quarter), it leaves after four periods; it is asked not to charge in all four, and does it in the last two.
        var car = new CarStore("car", new Energy(10_000), 4_000, [new Journey(Homes.At(8), Homes.At(20), new Energy(2_000))], Energy.Zero, Energy.Zero) { Charging = 1 };
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(0)), [car]);
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), now => new Outlook(new double[96], new double[96], [])
        {
            Stages = [[.. Enumerable.Range(0, 96).Select(t => car.At(new Period(now.Index + t)))]],
        });
        Commit(agent, 0, 8, program: 0, reserved: 0, ordered: 0);
        var nets = Enumerable.Range(0, 8).Select(t => agent.Deliver(Homes.At(t), null, Energy.Zero).Net.WattHours).ToArray();
        Assert.Equal([0, 0, 0, 0, 0, 0, 1_000, 1_000], nets);
        Assert.Equal(0, agent.Stores[0].Shortfalls);
    }

    [Fact]
    public void A_plant_is_curtailed_for_an_order_downwards()
    {
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(0), PowerProfile.Constant(2_000)), []);
        var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), _ => new Outlook(new double[96], [.. Enumerable.Repeat(500.0, 96)], []));
        Commit(agent, 0, 1, program: -500, reserved: 300, ordered: 300);
        var delivery = agent.Deliver(Homes.At(0), null, Energy.Zero);
        Assert.Equal((new Energy(-200), new Energy(200)), (delivery.Net, delivery.Production));
        Assert.Equal(new Energy(300), delivery.Allocations.OfType<InflexibleAllocation>().Single().Curtailed);
    }

    [Fact]
    public void What_an_agent_offers_it_holds_when_called()
    {
        // Homes with everything; what they said that they can give is called in full, both ways, with what they know of the day.
        var calculator = new HeadroomCalculator();
        for (var seed = 0; seed < 6; seed++)
        {
            foreach (var up in new[] { true, false })
            {
                var home = Planning.PlanningAgentTests.Home(seed);
                var agent = new PlanningAgent(home, Homes.Rules, Tariff, new HomePlanner(), now => Planning.PlanningAgentTests.Known(home, now, [])) { KeepsAhead = true };
                var ahead = agent.Ahead(Homes.At(0));
                var headroom = calculator.Of(ahead, [new HoldingSpan(0, 4)])[0];
                var watts = up ? -headroom.Up.Watts : headroom.Down.Watts;
                agent.Commit(period => period.Index - Homes.At(0).Index is var t and < 4 && t >= 0
                    ? new Commitment(new Energy((long)Math.Round(ahead.Program[(int)t])), new Energy(watts / 4), new Energy(watts / 4)) : null);
                for (var t = 0; t < 4; t++)
                {
                    var due = Math.Round(ahead.Program[t]) + watts / 4;
                    Assert.InRange(agent.Deliver(Homes.At(t), null, Energy.Zero).Net.WattHours, due - 2, due + 2);
                }

                for (var t = 4; t < 96; t++)
                {
                    _ = agent.Deliver(Homes.At(t), null, Energy.Zero);
                }

                Assert.All(agent.Stores, store => Assert.Equal((seed, store.Model.Name, 0), (seed, store.Model.Name, store.Shortfalls)));
            }
        }
    }

    private static void Commit(PlanningAgent agent, int first, int count, long program, long reserved, long? ordered) =>
        agent.Commit(period => period.Index - Homes.At(first).Index is var t and >= 0 && t < count
            ? new Commitment(new Energy(program), new Energy(reserved), ordered is { } called ? new Energy(called) : null) : null);

    private static PlanningAgent Agent()
    {
        var battery = new BatteryDescription(new Energy(8_000), 4_000, 4_000, new Efficiency(1_000_000), new Efficiency(1_000_000), initialFill: new Energy(4_000)) { Wear = default };
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400), battery: battery) { MarginPermille = 0 }, []);

        // 40 ct now and for an hour, then 10: what is in the battery is sold now, unless it is promised.
        double[] prices = [.. Enumerable.Range(0, 96).Select(t => t < 4 ? 250_000.0 : 100_000)];
        return new PlanningAgent(
            home, Homes.Rules, Tariff, new HomePlanner(), now => new Outlook([.. Enumerable.Repeat(100.0, 96)], new double[96], [[.. prices.Skip((int)(now.Index - Homes.At(0).Index)), .. Enumerable.Repeat(100_000.0, (int)(now.Index - Homes.At(0).Index))]]));
    }
}
