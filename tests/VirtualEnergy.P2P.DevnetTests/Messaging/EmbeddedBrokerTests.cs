using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Protocol;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

public sealed class EmbeddedBrokerTests : BrokerTestBase
{
    protected override ITestBroker CreateBroker() => new EmbeddedTestBroker();

    [Theory]
    [InlineData("bids/+")]
    [InlineData("#")]
    [InlineData("receipts/+")]
    public async Task A_node_cannot_read_what_others_bid(string filter)
    {
        var node = Node("node");
        await node.StartAsync(Cancellation);

        var refused = await Assert.ThrowsAsync<MqttLinkException>(
            () => node.SubscribeAsync($"{Topics.Root}/{filter}", (_, _) => Task.CompletedTask, Cancellation));

        Assert.Contains("NotAuthorized", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_with_a_user_name_keeps_to_its_own_topics()
    {
        var node = Node("node", user: "0x" + new string('b', 40));
        await node.StartAsync(Cancellation);

        await Assert.ThrowsAsync<MqttLinkException>(() => node.PublishAsync(Topics.Bids(Ada), BidBytes(1), cancellation: Cancellation));
    }

    [Fact]
    public async Task Nobody_takes_over_the_exchanges_session()
    {
        var exchange = Exchange();
        await exchange.StartAsync(Cancellation);

        var refused = await Assert.ThrowsAsync<MqttLinkException>(() => Node("exchange").StartAsync(Cancellation).WaitAsync(Soon, Cancellation));

        Assert.Contains("another user's session", refused.Message, StringComparison.Ordinal);
        Assert.Equal(LinkState.Connected, exchange.State);
    }

    [Fact]
    public async Task The_exchange_gets_its_client_id_even_if_a_node_had_it_first()
    {
        await Node("exchange").StartAsync(Cancellation);
        var exchange = Exchange();

        await exchange.StartAsync(Cancellation).WaitAsync(Soon, Cancellation);
        await exchange.SubscribeAsync(Topics.AllBids, (_, _) => Task.CompletedTask, Cancellation);

        Assert.Equal(LinkState.Connected, exchange.State);
    }

    [Fact]
    public async Task The_exchange_may_send_a_large_round_result()
    {
        var (exchange, node) = (Exchange(), Node("node"));
        var results = await ReceivedAsync(node, Topics.RoundResult);
        await node.StartAsync(Cancellation);
        await exchange.StartAsync(Cancellation);

        await exchange.PublishAsync(Topics.RoundResult, new byte[2_000_000], retain: true, Cancellation);

        Assert.Equal(2_000_000, (await NextAsync(results)).Payload.Length);
    }

    /// <summary>At that moment MQTTnet's own server has looked up what is retained already, and does not yet send what is new.</summary>
    [Fact]
    public async Task What_is_published_just_while_a_node_subscribes_is_not_lost_on_it()
    {
        var admitting = new AtSubscription();
        var options = new EmbeddedBrokerOptions { Community = ITestBroker.Community, ExchangePassword = ITestBroker.ExchangePassword };
        await using var broker = new EmbeddedBroker(options, admitting);
        await broker.StartAsync();
        var exchange = Exchange(broker.Port);
        await exchange.StartAsync(Cancellation);
        await exchange.PublishAsync(Topics.RoundOpen, "1"u8.ToArray(), retain: true, Cancellation);
        var node = Node("node", broker.Port);
        var rounds = await ReceivedAsync(node, Topics.RoundOpen);
        admitting.Do($"node subscribes to {Topics.RoundOpen}.",
            () => exchange.PublishAsync(Topics.RoundOpen, "2"u8.ToArray(), retain: true, Cancellation));

        await node.StartAsync(Cancellation);

        Assert.Equal("2", Encoding.UTF8.GetString((await NextAsync(rounds)).Payload.Span));
        Assert.True(admitting.IsDone);
    }

    /// <summary>Its first connection stands, as far as the broker knows, and has not acknowledged what it got.</summary>
    [Fact]
    public async Task A_node_that_is_back_before_its_cut_is_noticed_gets_what_it_had_not_acknowledged_and_keeps_its_session()
    {
        var clock = new OffsetClock();
        var options = new EmbeddedBrokerOptions { Community = ITestBroker.Community, ExchangePassword = ITestBroker.ExchangePassword, Time = clock };
        await using var broker = new EmbeddedBroker(options, NullLogger.Instance);
        await broker.StartAsync();
        var exchange = Exchange(broker.Port);
        await exchange.StartAsync(Cancellation);
        using var cut = await ConnectedAsync();
        await cut.Client.SubscribeAsync(Topics.Receipts(Ada), MqttQualityOfServiceLevel.AtLeastOnce, Cancellation);
        await exchange.PublishAsync(Topics.Receipts(Ada), "1"u8.ToArray(), cancellation: Cancellation);
        Assert.Equal("1", await cut.NextAsync());

        using var back = await ConnectedAsync();

        Assert.Equal("1", await back.NextAsync());
        clock.Offset = TimeSpan.FromMinutes(61);
        await Node("somebody else", broker.Port).StartAsync(Cancellation);
        await exchange.PublishAsync(Topics.Receipts(Ada), "2"u8.ToArray(), cancellation: Cancellation);
        Assert.Equal("2", await back.NextAsync());

        async Task<SlowClient> ConnectedAsync()
        {
            var client = new SlowClient();
            await client.Client.ConnectAsync(
                new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", broker.Port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500)
                    .WithClientId("node").WithCleanStart(false).WithSessionExpiryInterval(3600).Build(),
                Cancellation);
            return client;
        }
    }

    /// <summary>Its session ends with each connection, and is its own again with the next.</summary>
    [Fact]
    public async Task A_client_id_stays_its_users_over_a_connection_that_ends_another()
    {
        using var first = await ConnectAsync("0x" + new string('b', 40));
        using var again = await ConnectAsync("0x" + new string('b', 40));

        var refused = await Assert.ThrowsAsync<MqttLinkException>(
            () => Node("watcher", user: "0x" + new string('c', 40)).StartAsync(Cancellation).WaitAsync(Soon, Cancellation));

        Assert.Contains("another user's session", refused.Message, StringComparison.Ordinal);

        async Task<IMqttClient> ConnectAsync(string user)
        {
            var client = new MqttClientFactory().CreateMqttClient();
            await client.ConnectAsync(
                new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", Broker.Port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500)
                    .WithClientId("watcher").WithCredentials(user, "").Build(),
                Cancellation);
            return client;
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_MQTT_end_their_connection_only()
    {
        var (exchange, node) = (Exchange(), Node("node"));
        var bids = await ReceivedAsync(exchange, Topics.AllBids);
        await exchange.StartAsync(Cancellation);
        await node.StartAsync(Cancellation);
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Broker.Port, Cancellation);
            var junk = new byte[random.Next(1, 400)];
            random.NextBytes(junk);
            await client.GetStream().WriteAsync(junk, Cancellation);
        }

        await node.PublishAsync(Topics.Bids(Ada), BidBytes(2), cancellation: Cancellation);

        Assert.Equal(2, NumberOf(await NextAsync(bids)));
    }

    [Fact]
    public async Task A_busy_port_is_said_with_what_to_do()
    {
        var options = new EmbeddedBrokerOptions { Community = "other", ExchangePassword = "x", Port = Broker.Port };
        await using var second = new EmbeddedBroker(options, NullLogger.Instance);

        var busy = await Assert.ThrowsAsync<BrokerException>(second.StartAsync);

        Assert.Contains($"cannot listen on 127.0.0.1:{Broker.Port}", busy.Message, StringComparison.Ordinal);
        Assert.Contains("0 for a free one", busy.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_asked_address_listens()
    {
        using var client = new TcpClient(AddressFamily.InterNetworkV6);

        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.IPv6Loopback, Broker.Port, Cancellation).AsTask());
    }

    [Fact]
    public async Task One_connection_too_many_is_closed_and_the_others_stay()
    {
        var options = new EmbeddedBrokerOptions { Community = ITestBroker.Community, ExchangePassword = "x", MaxConnections = 1 };
        await using var small = new EmbeddedBroker(options, NullLogger.Instance);
        await small.StartAsync();
        var first = Node("first", small.Port);
        await first.StartAsync(Cancellation);
        var second = Node("second", small.Port);
        var refused = NextStateAsync(second, LinkState.BackingOff);
        var starting = second.StartAsync(Cancellation);

        await refused;

        Assert.False(starting.IsCompleted);
        await first.PublishAsync(Topics.Bids(Ada), BidBytes(1), cancellation: Cancellation);
        await first.DisposeAsync();
        await starting.WaitAsync(Soon, Cancellation);
    }

    [Fact]
    public async Task A_full_broker_refuses_new_sessions_until_an_old_ones_time_is_over()
    {
        var clock = new OffsetClock();
        var options = new EmbeddedBrokerOptions { Community = ITestBroker.Community, ExchangePassword = "x", MaxSessions = 1, Time = clock };
        await using var small = new EmbeddedBroker(options, NullLogger.Instance);
        await small.StartAsync();
        var first = Node("first", small.Port);
        await first.StartAsync(Cancellation);
        await first.DisposeAsync();
        var refused = await Assert.ThrowsAsync<MqttLinkException>(() => Node("second", small.Port).StartAsync(Cancellation).WaitAsync(Soon, Cancellation));
        Assert.Contains("QuotaExceeded", refused.Message, StringComparison.Ordinal);

        // A link's session is kept for an hour.
        clock.Offset = TimeSpan.FromMinutes(61);

        // The broker may not have noticed yet that the first is gone.
        for (var attempt = 0; !await IsAdmittedAsync(Node($"attempt {attempt}", small.Port)); attempt++)
        {
        }
    }

    private static async Task<bool> IsAdmittedAsync(MqttLink link)
    {
        try
        {
            await link.StartAsync(Cancellation).WaitAsync(Soon, Cancellation);
            return true;
        }
        catch (MqttLinkException full) when (full.Message.Contains("QuotaExceeded", StringComparison.Ordinal))
        {
            await link.DisposeAsync();
            return false;
        }
    }

    /// <summary>Does something in the middle of what the broker tells its log, and lets it go on when that is done.</summary>
    private sealed class AtSubscription : ILogger
    {
        private (string Said, Func<Task> Act) _wanted = ("", () => Task.CompletedTask);

        public bool IsDone { get; private set; }

        public void Do(string said, Func<Task> act) => _wanted = (said, act);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception) == _wanted.Said)
            {
                IsDone = _wanted.Act().Wait(Soon);
            }
        }
    }

    /// <summary>A client that acknowledges nothing.</summary>
    private sealed class SlowClient : IDisposable
    {
        private readonly Channel<string> _received = Channel.CreateUnbounded<string>();

        public SlowClient() => Client.ApplicationMessageReceivedAsync += received =>
        {
            received.AutoAcknowledge = false;
            _received.Writer.TryWrite(received.ApplicationMessage.ConvertPayloadToString());
            return Task.CompletedTask;
        };

        public IMqttClient Client { get; } = new MqttClientFactory().CreateMqttClient();

        public async Task<string> NextAsync() => await _received.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Soon, Cancellation);

        public void Dispose() => Client.Dispose();
    }

    private sealed class OffsetClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
