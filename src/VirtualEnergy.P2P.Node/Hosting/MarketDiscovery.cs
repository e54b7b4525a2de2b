using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>Finds the community that a broker serves, for a node that was told only the broker's address.</summary>
public static class MarketDiscovery
{
    /// <summary>Waits for the broker and its market's description, as long as it takes.</summary>
    /// <param name="asker">Names the short-lived session, so that two askers do not push each other out.</param>
    /// <exception cref="MqttLinkException">The broker refuses the question: name the community in the configuration then.</exception>
    public static async Task<string> FindCommunityAsync(
        BrokerAddress broker, MemberId asker, TimeProvider time, ILogger logger, CancellationToken cancellation)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new MqttLinkOptions { Broker = broker, ClientId = $"{asker}-discovery", SessionExpiry = TimeSpan.Zero };
        await using var link = new MqttLink(options, time, logger);
        await link.SubscribeAsync(
            Topics.AnyMarket,
            (message, _) =>
            {
                if (WireFormat.TryReadMarket(message.Payload.Span, out var market, out var error))
                {
                    found.TrySetResult(market.Community);
                }
                else
                {
                    logger.LogWarning("A market's description cannot be used: {Error}", error);
                }

                return Task.CompletedTask;
            },
            cancellation).ConfigureAwait(false);
        await link.StartAsync(cancellation).ConfigureAwait(false);
        return await found.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }
}
