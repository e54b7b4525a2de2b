using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

/// <summary>A broker of community "hamlet" that a test can stop and start again on its port.</summary>
public interface ITestBroker : IAsyncDisposable
{
    public const string Community = "hamlet";
    public const string ExchangeUser = "exchange";
    public const string ExchangePassword = "only for tests";

    int Port { get; }

    Task StartAsync();

    Task StopAsync();
}

internal sealed class EmbeddedTestBroker : ITestBroker
{
    private readonly EmbeddedBroker _broker = new(
        new EmbeddedBrokerOptions { Community = ITestBroker.Community, ExchangePassword = ITestBroker.ExchangePassword, Port = OwnPort.Next() }, NullLogger.Instance);

    public int Port => _broker.Port;

    public Task StartAsync() => _broker.StartAsync();

    public Task StopAsync() => _broker.StopAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();
}
