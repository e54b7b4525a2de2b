using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>One connection, from CONNECT to its loss. A link makes a new one each time, so nothing old leaks into it.</summary>
internal sealed class BrokerConnection : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _maxPacketBytes = uint.MaxValue;

    private BrokerConnection(Inbox inbox)
    {
        _client.ApplicationMessageReceivedAsync += inbox.Accept;
        _client.DisconnectedAsync += lost =>
        {
            GiveUp(lost.Exception?.GetBaseException().Message ?? lost.Reason.ToString());
            return Task.CompletedTask;
        };
    }

    /// <summary>Completes with the reason when the connection is lost.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Completes when the link no longer offers this connection to anybody.</summary>
    public Task Gone => _gone.Task;

    public void GiveUp(string reason) => _lost.TrySetResult(reason);

    /// <exception cref="RefusedException">The broker is there and does not want us.</exception>
    /// <exception cref="Exception">Anything that the network, TLS or the library throws: no connection.</exception>
    public static async Task<BrokerConnection> OpenAsync(MqttLinkOptions options, Inbox inbox, CancellationToken cancellation)
    {
        var connection = new BrokerConnection(inbox);
        try
        {
            var answer = await connection._client.ConnectAsync(ClientOptions(options), cancellation).ConfigureAwait(false);
            if (answer.ResultCode != MqttClientConnectResultCode.Success)
            {
                throw new RefusedException($"{answer.ResultCode} {answer.ReasonString}".TrimEnd());
            }

            connection._maxPacketBytes = answer.MaximumPacketSize is > 0 and var bytes ? bytes : uint.MaxValue;
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task SubscribeAsync(string filter, CancellationToken cancellation)
    {
        var wanted = new MqttClientSubscribeOptionsBuilder().WithTopicFilter(filter, MqttQualityOfServiceLevel.AtLeastOnce).Build();
        var answer = await _client.SubscribeAsync(wanted, cancellation).ConfigureAwait(false);
        if (answer.Items.FirstOrDefault(item => item.ResultCode > MqttClientSubscribeResultCode.GrantedQoS2) is { } refused)
        {
            throw new RefusedException($"{refused.ResultCode} {answer.ReasonString}".TrimEnd());
        }
    }

    /// <summary>Returns when the broker has acknowledged.</summary>
    public async Task PublishAsync(MqttMessage message, CancellationToken cancellation)
    {
        // Topic, packet identifier, properties and headers take less than 64 bytes beside the topic's own.
        if (message.Payload.Length + message.Topic.Length * 3L + 64 > _maxPacketBytes)
        {
            throw new RefusedException($"the broker takes packets of at most {_maxPacketBytes} bytes, and this payload has {message.Payload.Length}");
        }

        var packet = new MqttApplicationMessageBuilder().WithTopic(message.Topic).WithPayload(new System.Buffers.ReadOnlySequence<byte>(message.Payload))
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithRetainFlag(message.Retain).Build();
        var answer = await _client.PublishAsync(packet, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccess)
        {
            throw new RefusedException($"{answer.ReasonCode} {answer.ReasonString}".TrimEnd());
        }
    }

    /// <summary>Says goodbye, so that the broker keeps the session and does not publish the last will.</summary>
    public async Task CloseAsync(CancellationToken cancellation) =>
        await _client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellation).ConfigureAwait(false);

    public ValueTask DisposeAsync()
    {
        GiveUp("closed");
        _client.Dispose();
        _gone.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private static MqttClientOptions ClientOptions(MqttLinkOptions options)
    {
        var builder = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer(options.Broker.Host, options.Broker.Port)
            .WithClientId(options.ClientId)
            .WithCleanStart(false)
            .WithSessionExpiryInterval((uint)Math.Clamp(options.SessionExpiry.TotalSeconds, 0, uint.MaxValue))
            .WithKeepAlivePeriod(options.KeepAlive)
            .WithReceiveMaximum((ushort)Math.Clamp(options.MaxWaitingMessages, 1, ushort.MaxValue));
        if (options.User is not null)
        {
            builder.WithCredentials(options.User, options.Password);
        }

        if (options.Broker.UseTls)
        {
            builder.WithTlsOptions(tls => tls.UseTls());
        }

        if (options.LastWill is { } will)
        {
            builder.WithWillTopic(will.Topic).WithWillPayload(will.Payload.ToArray()).WithWillRetain(will.Retain)
                .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        }

        return builder.Build();
    }
}

/// <summary>The broker answered, and the answer is no: trying again unchanged does not help.</summary>
internal sealed class RefusedException(string reason) : Exception(reason);
