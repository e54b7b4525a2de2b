using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using MQTTnet;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Hands received messages to their handlers, one after the other in the order of arrival, and acknowledges each only when
/// its handlers have finished. It stands between the connection and the handlers so that a handler that waits for the link
/// cannot hold up the link's own recovery.
/// </summary>
internal sealed class Inbox(int capacity, ILogger logger)
{
    private readonly Channel<MqttApplicationMessageReceivedEventArgs> _waiting =
        Channel.CreateBounded<MqttApplicationMessageReceivedEventArgs>(new BoundedChannelOptions(capacity) { SingleReader = true });

    private readonly ConcurrentDictionary<string, Func<MqttMessage, CancellationToken, Task>> _handlers = new();

    public ICollection<string> Filters => _handlers.Keys;

    /// <exception cref="MqttLinkException">The filter has a handler already.</exception>
    public void Add(string filter, Func<MqttMessage, CancellationToken, Task> handler)
    {
        if (!_handlers.TryAdd(filter, handler))
        {
            throw new MqttLinkException($"There is a handler for {filter} already; one filter has one handler.");
        }
    }

    public void Remove(string filter) => _handlers.TryRemove(filter, out _);

    public Task Accept(MqttApplicationMessageReceivedEventArgs received)
    {
        received.AutoAcknowledge = false;
        if (!_waiting.Writer.TryWrite(received))
        {
            // Unacknowledged, so the broker still has it and delivers it again after the next connection.
            logger.LogWarning("More than {Capacity} messages wait for their handlers; left {Topic} with the broker.", capacity, received.ApplicationMessage.Topic);
        }

        return Task.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        await foreach (var received in _waiting.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            var source = received.ApplicationMessage;
            var payload = source.Payload.IsSingleSegment ? source.Payload.First : System.Buffers.BuffersExtensions.ToArray(source.Payload);
            await HandleAsync(new MqttMessage(source.Topic, payload, source.Retain, source.Dup), stopping).ConfigureAwait(false);
            await AcknowledgeAsync(received, stopping).ConfigureAwait(false);
        }
    }

    private async Task HandleAsync(MqttMessage message, CancellationToken stopping)
    {
        foreach (var (filter, handler) in _handlers)
        {
            if (MqttTopicFilterComparer.Compare(message.Topic, filter) != MqttTopicFilterCompareResult.IsMatch)
            {
                continue;
            }

            try
            {
                await handler(message, stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Ends the loop before the acknowledgement: the next session gets the message again.
                throw;
            }
            catch (Exception failure)
            {
                // Acknowledged all the same: a message that always fails must not come back for ever.
                logger.LogError(failure, "The handler of {Filter} failed on a message of {Topic}.", filter, message.Topic);
            }
        }
    }

    private async Task AcknowledgeAsync(MqttApplicationMessageReceivedEventArgs received, CancellationToken stopping)
    {
        try
        {
            await received.AcknowledgeAsync(stopping).ConfigureAwait(false);
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            // The connection it came over is gone; the broker delivers it again over the next one.
            logger.LogDebug(failure, "A message of {Topic} could not be acknowledged.", received.ApplicationMessage.Topic);
        }
    }
}
