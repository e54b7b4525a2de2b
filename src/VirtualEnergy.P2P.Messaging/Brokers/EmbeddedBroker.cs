using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// An MQTT broker inside the exchange's process, for a community that runs none of its own. Retained messages and sessions
/// live in memory: they survive <see cref="StopAsync"/> and a new <see cref="StartAsync"/>, and end with the process.
/// </summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    private readonly EmbeddedBrokerOptions _options;
    private readonly BrokerAccess _access;
    private readonly BoundedListener _listener;
    private readonly MqttServer _server;
    private readonly ILogger _logger;
    private readonly SessionLedger _sessions;
    private readonly RetainedDelivery _retained;
    private readonly LiveConnections _connections;
    private readonly ConcurrentDictionary<string, byte> _retainedStates = new();

    public EmbeddedBroker(EmbeddedBrokerOptions options, ILogger logger)
    {
        (_options, _logger) = (options, logger);
        _access = new BrokerAccess(options.Community, options.ExchangeUser);
        _listener = new BoundedListener(options);
        _sessions = new SessionLedger(options);
        var serverOptions = new MqttServerOptionsBuilder()
            .WithPersistentSessions()
            .WithMaxPendingMessagesPerClient(options.MaxPendingMessagesPerClient)
            .WithPendingMessagesOverflowStrategy(MqttPendingMessagesOverflowStrategy.DropOldestQueuedMessage)
            .WithDefaultCommunicationTimeout(options.CommunicationTimeout)
            .Build();
        _server = new MqttServerFactory().CreateMqttServer(serverOptions, [_listener]);
        (_retained, _connections) = (new RetainedDelivery(_server), new LiveConnections(_server));
        _server.ValidatingConnectionAsync += AdmitAsync;
        _server.InterceptingPublishAsync += JudgePublicationAsync;
        _server.InterceptingSubscriptionAsync += JudgeSubscriptionAsync;
        _server.ClientSubscribedTopicAsync += subscribed => _retained.DeliverAsync(subscribed.TopicFilter);
        _server.SessionDeletedAsync += deleted =>
        {
            _sessions.Forget(deleted.Id);
            return Task.CompletedTask;
        };
    }

    /// <summary>The port it listens on; 0 before the first start if a free one was asked for.</summary>
    public int Port => _listener.Port;

    public BrokerAddress Address => new(_options.Address.ToString(), Port);

    /// <exception cref="BrokerException">The port is taken or not allowed.</exception>
    public async Task StartAsync()
    {
        try
        {
            await _server.StartAsync().ConfigureAwait(false);
        }
        catch (BrokerException)
        {
            await _server.StopAsync(new MqttServerStopOptions()).ConfigureAwait(false);
            throw;
        }

        _logger.LogInformation("MQTT broker listens on {Address}.", Address);
    }

    public Task StopAsync() => _server.IsStarted ? _server.StopAsync(new MqttServerStopOptions()) : Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _server.Dispose();
    }

    private async Task AdmitAsync(ValidatingConnectionEventArgs client)
    {
        var isExchange = _access.IsExchange(client.UserName);
        if (isExchange && !CryptographicOperations.FixedTimeEquals(client.RawPassword ?? [], Encoding.UTF8.GetBytes(_options.ExchangePassword)))
        {
            Refuse(client, MqttConnectReasonCode.BadUserNameOrPassword, "This user name needs its password.");
            return;
        }

        await _sessions.SweepAsync(_server, _connections).ConfigureAwait(false);
        if (client.ClientId is { Length: > 0 } id)
        {
            if (!isExchange && !_sessions.Knows(id) && _sessions.IsFull)
            {
                Refuse(client, MqttConnectReasonCode.QuotaExceeded, "The broker keeps as many sessions as it may.");
                return;
            }

            // A session belongs to the user that began it: it holds that user's undelivered messages.
            var user = client.UserName ?? "";
            if (_sessions.OwnerOf(id, user) != user)
            {
                if (!isExchange)
                {
                    RefuseAnothers(client);
                    return;
                }

                await DropSessionAsync(id).ConfigureAwait(false);
                _sessions.Give(id, user);
            }

            await _connections.EndAsync(id).ConfigureAwait(false);

            // A session that nobody keeps has ended with its connection: it is anybody's again.
            if (_sessions.OwnerOf(id, user) != user)
            {
                RefuseAnothers(client);
                return;
            }
        }

        if (isExchange)
        {
            _listener.AllowExchangePackets(client.ChannelAdapter);
        }
    }

    private Task JudgePublicationAsync(InterceptingPublishEventArgs publication)
    {
        var message = publication.ApplicationMessage;
        var reason = !_access.MayPublish(publication.UserName, message.Topic ?? "", message.Retain) ? MqttPubAckReasonCode.NotAuthorized
            : message.Retain && _access.IsNodesState(message.Topic!) && !MayRetain(message.Topic!) ? MqttPubAckReasonCode.QuotaExceeded
            : MqttPubAckReasonCode.Success;
        if (reason != MqttPubAckReasonCode.Success)
        {
            publication.ProcessPublish = false;
            publication.Response.ReasonCode = reason;
            _logger.LogWarning("{Client} may not publish under {Topic}: {Reason}.", publication.ClientId, message.Topic, reason);
        }

        return Task.CompletedTask;
    }

    private Task JudgeSubscriptionAsync(InterceptingSubscriptionEventArgs subscription)
    {
        var isExchange = _access.IsExchange(subscription.UserName);
        var filter = subscription.TopicFilter.Topic;
        var reason = !_access.MaySubscribe(subscription.UserName, filter) ? MqttSubscribeReasonCode.NotAuthorized
            : !isExchange && !HasRoom(subscription.SessionItems, filter) ? MqttSubscribeReasonCode.QuotaExceeded
            : MqttSubscribeReasonCode.GrantedQoS0;
        if (reason != MqttSubscribeReasonCode.GrantedQoS0)
        {
            subscription.ProcessSubscription = false;
            subscription.Response.ReasonCode = reason;
            _logger.LogWarning("{Client} may not subscribe to {Filter}: {Reason}.", subscription.ClientId, filter, reason);
        }
        else
        {
            _retained.TakeOver(subscription);
            _logger.LogDebug("{Client} subscribes to {Filter}.", subscription.ClientId, filter);
        }

        return Task.CompletedTask;
    }

    private bool MayRetain(string topic) =>
        _retainedStates.ContainsKey(topic) || (_retainedStates.Count < _options.MaxRetainedStatuses && _retainedStates.TryAdd(topic, 0));

    private bool HasRoom(System.Collections.IDictionary session, string filter)
    {
        session[$"filter {filter}"] = true;
        return session.Count <= _options.MaxSubscriptionsPerNode;
    }

    private async Task DropSessionAsync(string clientId)
    {
        var sessions = await _server.GetSessionsAsync().ConfigureAwait(false);
        if (sessions.FirstOrDefault(session => session.Id == clientId) is { } session)
        {
            await session.DeleteAsync().ConfigureAwait(false);
        }
    }

    private void RefuseAnothers(ValidatingConnectionEventArgs client) =>
        Refuse(client, MqttConnectReasonCode.NotAuthorized, "This client id belongs to another user's session.");

    private void Refuse(ValidatingConnectionEventArgs client, MqttConnectReasonCode code, string reason)
    {
        (client.ReasonCode, client.ReasonString) = (code, reason);
        _logger.LogWarning("{Client} is refused: {Reason}", client.ClientId, reason);
    }
}
