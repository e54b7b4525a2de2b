using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Planning;

public sealed class HomeAgentTests
{
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));

    [Fact]
    public void A_forecaster_that_fails_is_logged_once_a_day_and_the_home_goes_on()
    {
        var home = new PlannedHome(new HomeDescription("home", 3_000, PowerProfile.Constant(400), battery: new BatteryDescription(new Energy(4_000), 2_000, 2_000)), []);
        var log = new Lines();
        var agent = new HomeAgent(
            home, MarketRules.Default, Tariff, new HomeForesight(home.Home, MarketRules.Default, Tariff),
            _ => throw new InvalidOperationException("no weather"), false, new FakeTimeProvider(), log);
        for (var t = 0; t < 97; t++)
        {
            _ = agent.BidFor(new Period(1_000 + t));
            Assert.Equal(100, agent.Deliver(new Period(1_000 + t), null, Energy.Zero).Net.WattHours);
        }

        // 97 periods: the first, and the one a day later.
        Assert.Equal(Enumerable.Repeat("The home plans without forecasts, for self-consumption: no weather.", 2), log.Written);
    }

    [Fact]
    public void Load_is_what_the_meter_counted_less_what_the_homes_devices_were_told()
    {
        // A battery that fills up by 250 Wh a period from what is bought, beside 100 Wh of load by the profile; the meter counts 500 Wh: the load is 250 Wh.
        var home = new PlannedHome(new HomeDescription("home", 3_000, PowerProfile.Constant(400), battery: new BatteryDescription(new Energy(4_000), 2_000, 2_000)), []);
        var agent = new HomeAgent(home, MarketRules.Default, Tariff, isMetered: true);
        agent.Observe(new HomeNow { IsMetered = true });
        Delivery run = null!;
        for (var t = 0; t < 3 * 96; t++)
        {
            var period = new Period(100_000 + t);
            _ = agent.BidFor(period);
            run = agent.Deliver(period, new Price(100_000), new Energy(350));
            agent.Counted(period, run.Storage + new Energy(250), null);
        }

        // What runs is taken to be as it is expected, and that has been learned.
        Assert.InRange(run.Load.WattHours, 235, 260);
        Assert.Equal(run.Net - run.Storage, run.Load);
    }

    [Fact]
    public void A_home_with_a_plant_learns_nothing_while_nobody_counts_what_it_makes()
    {
        var home = new PlannedHome(new HomeDescription("home", 3_000, PowerProfile.Constant(400), PowerProfile.Constant(0)), []);
        var (deaf, other) = (new HomeAgent(home, MarketRules.Default, Tariff, isMetered: true), new HomeAgent(home, MarketRules.Default, Tariff, isMetered: true));
        for (var t = 0; t < 96; t++)
        {
            var period = new Period(100_000 + t);
            foreach (var agent in new[] { deaf, other })
            {
                agent.Observe(new HomeNow { IsMetered = true });
                _ = agent.BidFor(period);
                _ = agent.Deliver(period, null, Energy.Zero);
            }

            deaf.Counted(period, new Energy(400), null);
        }

        var next = new Period(100_096);
        var (one, two) = (deaf.BidFor(next), other.BidFor(next));
        Assert.Equal(two.Buy, one.Buy);
        Assert.Equal(two.Sell, one.Sell);
    }

    private sealed class Lines : ILogger
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
