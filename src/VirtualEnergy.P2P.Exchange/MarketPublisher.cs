using System.Collections.Concurrent;
using System.Threading.Channels;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>
/// Sends the exchange's messages in order and in the background, so that a slow or absent broker never holds up a round.
/// What is retained is sent again after each reconnection: a broker may come back without its memory.
/// </summary>
public sealed class MarketPublisher : BackgroundService
{
    private const int MaxBatch = 256;

    private readonly MqttLink _link;
    private readonly ILogger<MarketPublisher> _logger;
    private readonly ConcurrentDictionary<string, byte[]> _retained = new();

    // When the broker is away for long, the oldest go: nodes ask again for what they miss. Null stands for all that is retained by the time it is sent.
    // Something older may wait behind it, and the newest behind that: what a broker ends up with is the newest.
    private readonly Channel<IReadOnlyList<MqttMessage>?> _waiting = Channel.CreateBounded<IReadOnlyList<MqttMessage>?>(
        new BoundedChannelOptions(8192) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    public MarketPublisher(MqttLink link, ILogger<MarketPublisher> logger)
    {
        (_link, _logger) = (link, logger);
        link.StateChanged += change =>
        {
            if (change.State == LinkState.Connected)
            {
                _waiting.Writer.TryWrite(null);
            }
        };
    }

    public void Send(string topic, byte[] payload) => _waiting.Writer.TryWrite([new MqttMessage(topic, payload)]);

    public void SendRetained(string topic, byte[] payload) => SendRetained([(topic, payload)]);

    /// <summary>Many at once take one place in the queue, so that they never push out what waits before them.</summary>
    public void SendRetained(IReadOnlyList<(string Topic, byte[] Payload)> messages)
    {
        foreach (var (topic, payload) in messages)
        {
            _retained[topic] = payload;
        }

        _waiting.Writer.TryWrite([.. messages.Select(message => new MqttMessage(message.Topic, message.Payload, Retain: true))]);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Task>();
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var messages))
            {
                batch.AddRange((messages ?? Retained()).Select(message => PublishAsync(message, stoppingToken)));
            }

            await Task.WhenAll(batch);
        }
    }

    private IReadOnlyList<MqttMessage> Retained() => [.. _retained.Select(kept => new MqttMessage(kept.Key, kept.Value, Retain: true))];

    private async Task PublishAsync(MqttMessage message, CancellationToken stopping)
    {
        try
        {
            await _link.PublishAsync(message.Topic, message.Payload, message.Retain, stopping);
        }
        catch (MqttLinkException failure)
        {
            _logger.LogWarning("Not sent: {Why}", failure.Message);
        }
        catch (ObjectDisposedException)
        {
            // The exchange is stopping.
        }
    }
}
