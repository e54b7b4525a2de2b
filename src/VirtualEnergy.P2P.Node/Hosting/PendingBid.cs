using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// The bid, or meter reading, that waits for its receipt: sent again until the exchange has answered, because only the receipt says that it is
/// durable. A bid that arrives twice has one effect and gets the same receipt.
/// </summary>
public sealed class PendingBid : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Func<string, ReadOnlyMemory<byte>, CancellationToken, Task> _publish;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private (string Topic, ReadOnlyMemory<byte> Payload)? _waiting;
    private Task _sending = Task.CompletedTask;

    /// <param name="publish">Topic, payload: to the broker.</param>
    /// <param name="time">Says when to send again.</param>
    /// <param name="logger">Told when sending again failed; the next time may not.</param>
    public PendingBid(Func<string, ReadOnlyMemory<byte>, CancellationToken, Task> publish, TimeProvider time, ILogger logger)
    {
        (_publish, _logger) = (publish, logger);
        _timer = time.CreateTimer(_ => SendAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether one waits for its receipt. Any thread may ask.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting is not null;
            }
        }
    }

    /// <summary>Takes the place of the bid that waited before.</summary>
    public Task SendAsync(string topic, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _waiting = (topic, payload);
            _timer.Change(Patience, Patience);
        }

        return _publish(topic, payload, cancellation);
    }

    /// <summary>The exchange has answered, or its answer no longer matters.</summary>
    public void Received()
    {
        lock (_lock)
        {
            _waiting = null;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void SendAgain()
    {
        lock (_lock)
        {
            // One at a time: while the broker is away the link itself holds the message that was sent last.
            if (_waiting is { } bid && _sending.IsCompleted && !_stopping.IsCancellationRequested)
            {
                _sending = SendAgainAsync(bid.Topic, bid.Payload);
            }
        }
    }

    private async Task SendAgainAsync(string topic, ReadOnlyMemory<byte> payload)
    {
        try
        {
            await _publish(topic, payload, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is MqttLinkException or OperationCanceledException or ObjectDisposedException)
        {
            _logger.LogDebug(failure, "The bid could not be sent again.");
        }
    }
}
