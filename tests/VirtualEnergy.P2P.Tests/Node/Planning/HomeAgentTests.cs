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
