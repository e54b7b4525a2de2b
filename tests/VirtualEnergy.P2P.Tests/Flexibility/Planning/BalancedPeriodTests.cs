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
        // 400 W were expected, 1,200 W come: 300 Wh. Its battery gives or takes 500 Wh, but for money only between the supplier's prices.
        var agent = Agent(expected: 100, watts: 1_200);
        Assert.Null(agent.Running);
        agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100));
        var told = agent.Running!.Value;
        Assert.Equal(-200, told.Base.WattHours);
        Assert.Equal(800, told.At(new Price(90_001)).WattHours);
    }

    [Fact]
    public void The_last_signal_is_what_the_devices_go_by_and_the_period_is_run_once()
    {
        var (agent, other) = (Agent(100, 1_200), Agent(100, 1_200));
        agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100));
        other.Deliver(Homes.At(0), new Price(200_000), new Energy(100));

        // At 27 ct the battery gives 500 Wh, at 10 ct it takes them.
        Assert.Equal(-200, agent.Balance(Signal(0, 270_000))!.Net.WattHours);
        var delivery = agent.Balance(Signal(0, 100_000))!;
        Assert.Equal((800, 500, 300), (delivery.Net.WattHours, delivery.Storage.WattHours, delivery.Load.WattHours));
        other.Balance(Signal(0, 100_000));
        Assert.Equal(other.Stores[0].Fill, agent.Stores[0].Fill);
        Assert.Equal(other.Stores[0].Charged, agent.Stores[0].Charged);
        Assert.Equal(other.BidFor(Homes.At(1)).Buy, agent.BidFor(Homes.At(1)).Buy);
    }

    [Fact]
    public void Of_what_is_worth_exactly_the_signals_price_its_part_runs()
    {
        var agent = Agent(100, 1_200);
        agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100));
        var (price, energy) = agent.Running!.Value.Steps[0];
        Assert.Equal(-200 + energy.WattHours / 4, agent.Balance(new BalanceSignal(Homes.At(0), price, 250_000))!.Net.WattHours);
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
    public void What_is_promised_elsewhere_is_not_balanced_with()
    {
        var agent = Agent(100, 1_200);
        agent.Commit(period => period == Homes.At(0) ? new Commitment(new Energy(100), Energy.Zero, null) : null);
        agent.Deliver(Homes.At(0), new Price(200_000), new Energy(100));
        Assert.Null(agent.Running);
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
