using Microsoft.Extensions.Logging;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// One peer's line to a broker, MQTT 5, that mends itself: after a cut it connects again with back-off, renews its
/// subscriptions and goes on. Everything goes with QoS 1, so a message may arrive twice and never silently not at all.
/// </summary>
/// <remarks>
/// Handlers run one at a time in the order of arrival. A message is acknowledged after its handler has finished, so one
/// that was in hand at a crash comes again. A handler that throws is logged and does not harm the link. Handlers must take
/// the same message twice without a second effect: bids by number, receipts by the bid's hash, the rest by period.
/// <para>Add subscriptions before <see cref="StartAsync"/>: what a kept session delivers at once then finds its handler.</para>
/// </remarks>
public sealed class MqttLink : IAsyncDisposable
{
    private readonly MqttLinkOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Inbox _inbox;
    private readonly OutageLog _outage;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private volatile TaskCompletionSource<BrokerConnection> _connected = NewConnected();
    private readonly TaskCompletionSource _firstConnection = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _connecting;
    private Task? _handling;
    private int _waitingPublications;
    private volatile bool _disposed;

    public MqttLink(MqttLinkOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        (_inbox, _outage) = (new Inbox(options.MaxWaitingMessages, logger), new OutageLog(options.ClientId, options.Broker, time, logger));
    }

    /// <summary>Raised on a thread of the link, in order. A handler that throws is logged.</summary>
    public event Action<LinkStateChange>? StateChanged;

    public LinkState State { get; private set; }

    /// <summary>Starts the link and returns when it is connected for the first time. An unreachable broker is tried until cancelled.</summary>
    /// <exception cref="MqttLinkException">The broker refused the first connection: wrong password, unacceptable client id.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connecting is not null)
            {
                throw new InvalidOperationException("The link was started before.");
            }

            _handling = Task.Run(() => UntilStoppedAsync(_inbox.RunAsync), CancellationToken.None);
            _connecting = Task.Run(() => UntilStoppedAsync(StayConnectedAsync), CancellationToken.None);
        }

        await _firstConnection.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Sends what matches the filter to the handler, from now on and after every reconnection.</summary>
    /// <exception cref="MqttLinkException">The broker refused the filter, or the filter has a handler already.</exception>
    public async Task SubscribeAsync(string filter, Func<MqttMessage, CancellationToken, Task> handler, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _inbox.Add(filter, handler);
        if (!_connected.Task.IsCompletedSuccessfully)
        {
            return;
        }

        var connection = await _connected.Task.ConfigureAwait(false);
        try
        {
            using var timeout = TimeoutAfter(_options.ConnectTimeout, cancellation);
            await connection.SubscribeAsync(filter, timeout.Token).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            _inbox.Remove(filter);
            throw new MqttLinkException($"{_options.Broker} refused the subscription to {filter}: {refused.Message}.", refused);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // The handler stays; the next connection subscribes again.
            connection.GiveUp(failure.Message);
        }
    }

    /// <summary>
    /// Publishes with QoS 1 and returns when the broker has it. Waits while the link is down. A publication that was on its way
    /// when the connection broke is sent again, so it may arrive twice.
    /// </summary>
    /// <exception cref="MqttLinkException">Refused by the broker, too many wait already, or no acknowledgement in time.</exception>
    public async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain = false, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (topic.Length == 0 || topic.AsSpan().ContainsAny('+', '#', '\0'))
        {
            throw new ArgumentException($"'{topic}' is not a topic to publish under.", nameof(topic));
        }

        try
        {
            if (Interlocked.Increment(ref _waitingPublications) > _options.MaxWaitingPublications)
            {
                throw new MqttLinkException(
                    $"{_options.MaxWaitingPublications} messages wait for {_options.Broker} already; nothing more is taken until it answers.");
            }

            using var timeout = TimeoutAfter(_options.PublishTimeout, cancellation);
            await PublishAsync(new MqttMessage(topic, payload, retain), timeout.Token, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waitingPublications);
        }
    }

    /// <summary>Publishes the last will, where there is one, says goodbye and stops. Messages still waiting stay with the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
        }

        if (_connected.Task.IsCompletedSuccessfully)
        {
            await LeaveAsync(await _connected.Task.ConfigureAwait(false)).ConfigureAwait(false);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_connecting ?? Task.CompletedTask, _handling ?? Task.CompletedTask).ConfigureAwait(false);
        _firstConnection.TrySetCanceled(CancellationToken.None);
        _stopping.Dispose();
        Change(LinkState.Stopped, "");
    }

    private static TaskCompletionSource<BrokerConnection> NewConnected() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task StayConnectedAsync(CancellationToken stopping)
    {
        var backOff = new BackOff(_options.FirstBackOff, _options.LongestBackOff, _options.JitterSeed);
        while (true)
        {
            Change(LinkState.Connecting, "");
            var reason = await ConnectOnceAsync(backOff, stopping).ConfigureAwait(false);
            if (_disposed)
            {
                return;
            }

            var wait = backOff.Next();
            Change(LinkState.BackingOff, reason, wait);
            await Task.Delay(wait, _time, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Returns, with the reason, when there is no connection, or none any more.</summary>
    private async Task<string> ConnectOnceAsync(BackOff backOff, CancellationToken stopping)
    {
        try
        {
            var subscribed = new HashSet<string>();
            await using var connection = await OpenAsync(subscribed, stopping).ConfigureAwait(false);
            backOff.Reset();
            _connected.TrySetResult(connection);
            try
            {
                await SubscribeRestAsync(connection, subscribed, stopping).ConfigureAwait(false);
                Change(LinkState.Connected, "");
                _firstConnection.TrySetResult();
                return await connection.Lost.WaitAsync(stopping).ConfigureAwait(false);
            }
            finally
            {
                _connected = NewConnected();
            }
        }
        catch (RefusedException refused)
        {
            var reason = $"{_options.Broker} refuses {_options.ClientId}: {refused.Message}.";
            _firstConnection.TrySetException(new MqttLinkException(reason, refused));
            // Read here, because nobody may be waiting for it any more.
            _ = _firstConnection.Task.Exception;
            return reason;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            return $"No connection to {_options.Broker}: {failure.GetBaseException().Message}";
        }
    }

    private async Task<BrokerConnection> OpenAsync(HashSet<string> subscribed, CancellationToken stopping)
    {
        using var timeout = TimeoutAfter(_options.ConnectTimeout, stopping);
        var connection = await BrokerConnection.OpenAsync(_options, _inbox, timeout.Token).ConfigureAwait(false);
        try
        {
            await SubscribeRestAsync(connection, subscribed, timeout.Token).ConfigureAwait(false);
            if (_options.Greeting is { } greeting)
            {
                await connection.PublishAsync(greeting, timeout.Token).ConfigureAwait(false);
            }

            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // A handler of what the broker keeps may ask for more while the connection is being set up, and is not heard by it then.
    private async Task SubscribeRestAsync(BrokerConnection connection, HashSet<string> subscribed, CancellationToken cancellation)
    {
        while (_inbox.Filters.FirstOrDefault(filter => !subscribed.Contains(filter)) is { } next)
        {
            await connection.SubscribeAsync(next, cancellation).ConfigureAwait(false);
            subscribed.Add(next);
        }
    }

    private async Task PublishAsync(MqttMessage message, CancellationToken inTime, CancellationToken cancellation)
    {
        BrokerConnection? failed = null;
        while (true)
        {
            var connection = failed;
            try
            {
                await (failed?.Gone ?? Task.CompletedTask).WaitAsync(inTime).ConfigureAwait(false);
                connection = await _connected.Task.WaitAsync(inTime).ConfigureAwait(false);
                await connection.PublishAsync(message, inTime).ConfigureAwait(false);
                return;
            }
            catch (RefusedException refused)
            {
                throw new MqttLinkException($"{_options.Broker} refused a message to {message.Topic}: {refused.Message}.", refused);
            }
            catch (Exception failure)
            {
                cancellation.ThrowIfCancellationRequested();
                ObjectDisposedException.ThrowIf(_disposed, this);
                connection?.GiveUp(failure.Message);
                failed = connection;
                if (inTime.IsCancellationRequested)
                {
                    throw new MqttLinkException(
                        $"{_options.Broker} did not take a message to {message.Topic} within {_options.PublishTimeout.TotalSeconds:0.#} s; is it running?", failure);
                }
            }
        }
    }

    private async Task LeaveAsync(BrokerConnection connection)
    {
        try
        {
            using var timeout = TimeoutAfter(TimeSpan.FromSeconds(2), CancellationToken.None);
            if (_options.LastWill is { } will)
            {
                await connection.PublishAsync(will, timeout.Token).ConfigureAwait(false);
            }

            await connection.CloseAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _logger.LogDebug(failure, "Left {Broker} without goodbye.", _options.Broker);
        }
    }

    private async Task UntilStoppedAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_stopping.Token).ConfigureAwait(false);
        }
        catch (Exception ending) when (_stopping.IsCancellationRequested)
        {
            // MQTTnet tells a cancelled request in more than one way.
            _logger.LogDebug(ending, "{ClientId} stopped in the middle of something.", _options.ClientId);
        }
    }

    private Deadline TimeoutAfter(TimeSpan span, CancellationToken caller) => new(span, _time, caller, _stopping.Token);

    private void Change(LinkState state, string reason, TimeSpan? retryIn = null)
    {
        State = state;
        if (reason.Length > 0)
        {
            _outage.Out(reason);
        }
        else if (state == LinkState.Connected)
        {
            _outage.Back();
        }

        try
        {
            StateChanged?.Invoke(new LinkStateChange(state, reason, retryIn));
        }
        catch (Exception failure)
        {
            _logger.LogError(failure, "A listener to the state of {ClientId} failed.", _options.ClientId);
        }
    }
}
