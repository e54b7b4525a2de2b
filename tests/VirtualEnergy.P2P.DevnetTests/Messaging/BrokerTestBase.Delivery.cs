using System.Text;
using MQTTnet;
using MQTTnet.Protocol;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

public abstract partial class BrokerTestBase
{
    [Fact]
    public async Task A_bid_reaches_the_exchange_and_its_receipt_the_node()
    {
        var (exchange, node) = (Exchange(), Node("node"));
        await exchange.SubscribeAsync(Topics.AllBids, (message, cancellation) =>
            exchange.PublishAsync(Topics.Receipts(Ada), message.Payload, cancellation: cancellation), Cancellation);
        var receipts = await ReceivedAsync(node, Topics.Receipts(Ada));
        await exchange.StartAsync(Cancellation);
        await node.StartAsync(Cancellation);

        await node.PublishAsync(Topics.Bids(Ada), BidBytes(7), cancellation: Cancellation);

        Assert.Equal(7, NumberOf(await NextAsync(receipts)));
    }

    [Fact]
    public async Task A_retained_message_reaches_who_comes_later()
    {
        var exchange = Exchange();
        await exchange.StartAsync(Cancellation);
        await exchange.PublishAsync(Topics.RoundOpen, "first"u8.ToArray(), retain: true, Cancellation);
        await exchange.PublishAsync(Topics.RoundOpen, "second"u8.ToArray(), retain: true, Cancellation);

        var node = Node("node");
        await node.StartAsync(Cancellation);
        var rounds = await ReceivedAsync(node, Topics.RoundOpen);

        var message = await NextAsync(rounds);
        Assert.Equal("second", Encoding.UTF8.GetString(message.Payload.Span));
        Assert.True(message.Retain);
    }

    [Fact]
    public async Task The_last_will_speaks_for_a_node_that_breaks_off()
    {
        var exchange = Exchange();
        var statuses = await ReceivedAsync(exchange, Topics.AllStatuses);
        await exchange.StartAsync(Cancellation);
        var line = Line();
        var node = Node("node", line.Port, new MqttMessage(Topics.Status(Ada), "gone"u8.ToArray(), Retain: true));
        await node.StartAsync(Cancellation);

        line.Cut();

        Assert.Equal("gone", Encoding.UTF8.GetString((await NextAsync(statuses)).Payload.Span));
    }

    [Fact]
    public async Task A_node_that_comes_back_takes_back_its_last_will()
    {
        var exchange = Exchange();
        var statuses = await ReceivedAsync(exchange, Topics.AllStatuses);
        await exchange.StartAsync(Cancellation);
        var line = Line();
        var status = new MqttMessage(Topics.Status(Ada), "here"u8.ToArray(), Retain: true);
        var node = Node("node", line.Port, status with { Payload = "gone"u8.ToArray() }, greeting: status);
        await node.StartAsync(Cancellation);

        Assert.Equal("here", await NextTextAsync());
        line.Cut();
        Assert.Equal("gone", await NextTextAsync());
        line.Mend();
        Assert.Equal("here", await NextTextAsync());

        async Task<string> NextTextAsync() => Encoding.UTF8.GetString((await NextAsync(statuses)).Payload.Span);
    }

    [Fact]
    public async Task A_node_that_leaves_in_order_says_so_itself()
    {
        var exchange = Exchange();
        var statuses = await ReceivedAsync(exchange, Topics.AllStatuses);
        await exchange.StartAsync(Cancellation);
        var node = Node("node", lastWill: new MqttMessage(Topics.Status(Ada), "gone"u8.ToArray(), Retain: true));
        await node.StartAsync(Cancellation);

        await node.DisposeAsync();

        Assert.Equal("gone", Encoding.UTF8.GetString((await NextAsync(statuses)).Payload.Span));
        Assert.Equal(LinkState.Stopped, node.State);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => node.PublishAsync(Topics.Bids(Ada), BidBytes(1), cancellation: Cancellation));
    }

    [Fact]
    public async Task Messages_are_handled_in_order_and_one_at_a_time()
    {
        var exchange = Exchange();
        var numbers = new List<long>();
        var all = new TaskCompletionSource();
        var inHand = 0;
        await exchange.SubscribeAsync(Topics.AllBids, async (message, _) =>
        {
            Assert.Equal(1, Interlocked.Increment(ref inHand));
            await Task.Yield();
            numbers.Add(NumberOf(message));
            Interlocked.Decrement(ref inHand);
            if (numbers.Count == 200)
            {
                all.TrySetResult();
            }
        }, Cancellation);
        await exchange.StartAsync(Cancellation);
        var node = Node("node");
        await node.StartAsync(Cancellation);

        for (var number = 1; number <= 200; number++)
        {
            await node.PublishAsync(Topics.Bids(Ada), BidBytes(number), cancellation: Cancellation);
        }

        await all.Task.WaitAsync(Soon, Cancellation);
        Assert.Equal(Enumerable.Range(1, 200).Select(number => (long)number), numbers);
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_harm_the_link()
    {
        var exchange = Exchange();
        await exchange.SubscribeAsync(Topics.AllMeters, (_, _) => throw new InvalidOperationException("a bug in a handler"), Cancellation);
        var bids = await ReceivedAsync(exchange, Topics.AllBids);
        await exchange.StartAsync(Cancellation);
        var node = Node("node");
        await node.StartAsync(Cancellation);

        await node.PublishAsync(Topics.Meters(Ada), "x"u8.ToArray(), cancellation: Cancellation);
        await node.PublishAsync(Topics.Bids(Ada), BidBytes(3), cancellation: Cancellation);

        Assert.Equal(3, NumberOf(await NextAsync(bids)));
    }

    [Fact]
    public async Task Ten_megabytes_from_one_client_harm_nobody_else()
    {
        var (exchange, node) = (Exchange(), Node("node"));
        var bids = await ReceivedAsync(exchange, Topics.AllBids);
        await exchange.StartAsync(Cancellation);
        await node.StartAsync(Cancellation);
        using var flooding = new MqttClientFactory().CreateMqttClient();
        var closed = new TaskCompletionSource();
        flooding.DisconnectedAsync += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await flooding.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", Broker.Port).WithProtocolVersion(MQTTnet.Formatter.MqttProtocolVersion.V500).Build(), Cancellation);

        var huge = new MqttApplicationMessageBuilder().WithTopic(Topics.Bids(Ada)).WithPayload(new byte[10_000_000])
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build();
        await Assert.ThrowsAnyAsync<Exception>(() => flooding.PublishAsync(huge, Cancellation).WaitAsync(Soon, Cancellation));
        await closed.Task.WaitAsync(Soon, Cancellation);

        await node.PublishAsync(Topics.Bids(Ada), BidBytes(5), cancellation: Cancellation);
        Assert.Equal(5, NumberOf(await NextAsync(bids)));
    }

    [Theory]
    [InlineData("market")]
    [InlineData("rounds/result")]
    [InlineData("receipts/0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Only_the_exchange_speaks_for_the_market(string topic)
    {
        var node = Node("node");
        await node.StartAsync(Cancellation);

        var refused = await Assert.ThrowsAsync<MqttLinkException>(
            () => node.PublishAsync($"{Topics.Root}/{topic}", "forged"u8.ToArray(), cancellation: Cancellation));

        Assert.Contains("NotAuthorized", refused.Message, StringComparison.Ordinal);
        Assert.Contains(topic, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_said_at_once()
    {
        var impostor = Link("impostor", user: ITestBroker.ExchangeUser, password: "guessed");

        var refused = await Assert.ThrowsAsync<MqttLinkException>(() => impostor.StartAsync(Cancellation).WaitAsync(Soon, Cancellation));

        Assert.Contains("refuses impostor", refused.Message, StringComparison.Ordinal);
    }
}
