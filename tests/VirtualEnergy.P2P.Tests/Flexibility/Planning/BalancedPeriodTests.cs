using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Planning;

/// <summary>A period that runs, balanced by the members' devices together.</summary>
public sealed class BalancedPeriodTests
{
    // 28 ct all day, 9 ct for what is fed in, and a market that is expected at 20 ct throughout.
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void A_home_tells_what_it_would_take_as_its_load_turns_out()
    {
        // 400 W were expected, 1,200 W come: 300 Wh, 200 of which its battery gives. In the two thirds of the period that are left it gives or takes 333 of the 500 Wh of a
        // whole one: (−200 − 2 × 500) ÷ 3 = −400 to (−200 + 2 × 500) ÷ 3 = 266.7.
        var agent = Agent(expected: 100, watts: 1_200);
        Assert.Null(agent.Running);
        Assert.Equal(-200, agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100)).Storage.WattHours);
        var told = agent.Running!.Value;
        Assert.Equal(300 - 400, told.Base.WattHours);
        Assert.Equal(300 + 266, told.At(new Price(90_001)).WattHours);
    }

    [Fact]
    public void The_last_signal_is_what_the_devices_go_by_and_the_period_is_run_once()
    {
        var (agent, other) = (Agent(100, 1_200), Agent(100, 1_200));
        agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100));
        other.Deliver(Homes.At(0), new Price(200_000), new Energy(100));

        // At 27 ct the battery gives what it still can, at 10 ct it takes it.
        Assert.Equal(-100, agent.Balance(Signal(0, 270_000))!.Net.WattHours);
        var delivery = agent.Balance(Signal(0, 100_000))!;
        Assert.Equal((566, 266, 300), (delivery.Net.WattHours, delivery.Storage.WattHours, delivery.Load.WattHours));
        other.Balance(Signal(0, 100_000));
        Assert.Equal(other.Stores[0].Fill, agent.Stores[0].Fill);
        Assert.Equal(other.Stores[0].Charged, agent.Stores[0].Charged);
        Assert.Equal(other.BidFor(Homes.At(1)).Buy, agent.BidFor(Homes.At(1)).Buy);
    }

    [Fact]
    public void What_a_meter_counts_in_the_first_third_is_taken_to_go_on()
    {
        // 400 W were expected and traded, 100 Wh: in five minutes 33. The meter counts 100: 200 more in the whole period, so as if 1,200 W had been known.
        var agent = Agent(100, 1_200);
        agent.Observe(new HomeNow { IsMetered = true });
        Assert.Equal(100, agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100)).Net.WattHours);
        agent.TurnsOut(Homes.At(0), new Energy(100));
        var told = agent.Running!.Value;
        Assert.Equal((300 - 334, 300 + 333), (told.Base.WattHours, told.At(new Price(90_001)).WattHours));

        // Less than that is sun: 100 Wh are fed in every five minutes, as if a plant made 400 Wh and the home took 100.
        agent.TurnsOut(Homes.At(0), new Energy(-100));
        Assert.Equal((-300 - 334, -300 + 333), (agent.Running!.Value.Base.WattHours, agent.Running!.Value.At(new Price(90_001)).WattHours));
        agent.TurnsOut(Homes.At(1), new Energy(500));
        Assert.Equal(-300 - 334, agent.Running!.Value.Base.WattHours);
    }

    [Fact]
    public void Of_what_is_worth_exactly_the_signals_price_its_part_runs()
    {
        var agent = Agent(100, 1_200);
        agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100));
        var (price, energy) = agent.Running!.Value.Steps[0];
        Assert.Equal(-100 + energy.WattHours / 4, agent.Balance(new BalanceSignal(Homes.At(0), price, 250_000))!.Net.WattHours);
    }

    [Fact]
    public void A_signal_of_another_period_changes_nothing()
    {
        var agent = Agent(100, 1_200);
        Assert.Null(agent.Balance(Signal(0, 100_000)));
        agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100));
        agent.Deliver(Homes.At(1), new Price(200_000), new Energy(100));
        var fill = agent.Stores[0].Fill;
        Assert.Null(agent.Balance(Signal(0, 100_000)));
        Assert.Null(agent.Balance(Signal(2, 100_000)));
        Assert.Equal(fill, agent.Stores[0].Fill);
    }

    [Fact]
    public void What_is_promised_elsewhere_is_told_as_it_was_traded_and_not_balanced_with()
    {
        var agent = Agent(100, 1_200);
        agent.Commit(period => period == Homes.At(0) ? new Commitment(new Energy(100), Energy.Zero, new Energy(-60)) : null);
        agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100));
        Assert.Equal(new PlannedDemand(new Energy(100), []), agent.Running);
        Assert.Null(agent.Balance(Signal(0, 100_000)));
    }

    private static BalanceSignal Signal(int period, long price) => new(Homes.At(period), new Price(price), 0);

    private static PlanningAgent Agent(double expected, long watts)
    {
        var battery = new BatteryDescription(new Energy(4_000), 2_000, 2_000, initialFill: new Energy(2_000));
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(watts), battery: battery), []);
        static double[] All(double value) => [.. Enumerable.Repeat(value, 96)];
        return new PlanningAgent(home, MarketRules.Default, Tariff, new HomePlanner(), _ => new Outlook(All(expected), All(0), [All(200_000)]));
    }
}
