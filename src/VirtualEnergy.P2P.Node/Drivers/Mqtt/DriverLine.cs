using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Drivers.Mqtt;

/// <summary>A driver's line to the home's broker: opened anew each time the driver runs, and closed with it.</summary>
/// <param name="broker">The home's broker.</param>
/// <param name="clientId">Names the session there.</param>
public sealed class DriverLine(HomeBroker broker, string clientId, TimeProvider time, ILogger logger)
{
    private volatile MqttLink? _link;

    /// <summary>Connects, and stays until cancelled. A broker that is away is tried until it is there.</summary>
    /// <param name="subscribe">Asks for what the driver listens to, before the line is opened.</param>
    /// <exception cref="MqttLinkException">The broker refuses this node.</exception>
    public async Task RunAsync(Func<Task> subscribe, CancellationToken cancellation)
    {
        await using var link = broker.Link(clientId, time, logger);
        _link = link;
        await subscribe().ConfigureAwait(false);
        await link.StartAsync(cancellation).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends what matches the filter to the handler; before the line runs, nothing does.</summary>
    public Task SubscribeAsync(string filter, Func<MqttMessage, CancellationToken, Task> handler, CancellationToken cancellation) =>
        _link?.SubscribeAsync(filter, handler, cancellation) ?? Task.CompletedTask;

    /// <summary>Publishes a command, not retained: it is for now.</summary>
    /// <returns>Null when the broker has it; else why not, in one line.</returns>
    public async Task<string?> CommandAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        if (_link is not { } link)
        {
            return "the line to the home's broker is not open yet";
        }

        try
        {
            await link.PublishAsync(topic, payload, retain: false, cancellation).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure) when (failure is MqttLinkException or ObjectDisposedException)
        {
            return failure.Message;
        }
    }
}
