using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Messaging;

public abstract partial class BrokerTestBase
{
    [Fact]
    public async Task After_the_broker_vanished_and_came_back_everything_goes_on()
    {
        var (exchange, node) = (Exchange(), Node("node"));
        var bids = await ReceivedAsync(exchange, Topics.AllBids);
        await exchange.StartAsync(Cancellation);
        await node.StartAsync(Cancellation);
        var backingOff = NextStateAsync(node, LinkState.BackingOff);
        var returned = NextStateAsync(exchange, LinkState.Connected);

        await Broker.StopAsync();
        var lost = await backingOff;
        Assert.NotEqual("", lost.Reason);
        // The first wait of 50 ms, less a jitter of up to a half.
        Assert.InRange(lost.RetryIn!.Value.TotalMilliseconds, 25, 50);
        var waiting = node.PublishAsync(Topics.Bids(Ada), BidBytes(1), cancellation: Cancellation);
        Assert.False(waiting.IsCompleted);

        await Broker.StartAsync();

        await waiting.WaitAsync(Soon, Cancellation);
        await returned;
        Assert.Equal(1, NumberOf(await NextAsync(bids)));
    }

    [Fact]
    public async Task What_was_published_during_a_cut_is_delivered_after_it_in_order()
    {
        var line = Line();
        var (exchange, node) = (Exchange(line.Port), Node("node"));
        var bids = await ReceivedAsync(exchange, Topics.AllBids);
        await exchange.StartAsync(Cancellation);
        await node.StartAsync(Cancellation);
        var lost = NextStateAsync(exchange, LinkState.BackingOff);

        line.Cut();
        await lost;
        for (var number = 1; number <= 5; number++)
        {
            await node.PublishAsync(Topics.Bids(Ada), BidBytes(number), cancellation: Cancellation);
        }

        line.Mend();

        for (var number = 1; number <= 5; number++)
        {
            Assert.Equal(number, NumberOf(await NextAsync(bids)));
        }
    }

    [Fact]
    public async Task A_message_whose_handler_had_not_finished_comes_again()
    {
        var line = Line();
        var exchange = Exchange(line.Port);
        var deliveries = new List<long>();
        var (firstInHand, mayFinish, second) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        await exchange.SubscribeAsync(Topics.AllBids, async (message, _) =>
        {
            deliveries.Add(NumberOf(message));
            (deliveries.Count == 1 ? firstInHand : second).TrySetResult();
            await mayFinish.Task;
        }, Cancellation);
        await exchange.StartAsync(Cancellation);
        var node = Node("node");
        await node.StartAsync(Cancellation);

        await node.PublishAsync(Topics.Bids(Ada), BidBytes(9), cancellation: Cancellation);
        await firstInHand.Task.WaitAsync(Soon, Cancellation);
        var returned = NextStateAsync(exchange, LinkState.Connected);
        line.Cut();
        line.Mend();
        await returned;
        mayFinish.SetResult();

        await second.Task.WaitAsync(Soon, Cancellation);
        Assert.Equal([9, 9], deliveries);
    }

    [Fact]
    public async Task A_bid_that_arrives_twice_takes_effect_once()
    {
        var exchange = Exchange();
        var (effects, deliveries) = (new List<long>(), 0);
        var (first, second, last) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        await exchange.SubscribeAsync(Topics.AllBids, (message, _) =>
        {
            // What admission does: only a number above the last one counts.
            var number = NumberOf(message);
            if (number > effects.LastOrDefault())
            {
                effects.Add(number);
            }

            deliveries++;
            (deliveries switch { 1 => first, 2 => second, _ => last }).TrySetResult();
            return Task.CompletedTask;
        }, Cancellation);
        await exchange.StartAsync(Cancellation);
        var line = Line();
        var node = Node("node", line.Port);
        await node.StartAsync(Cancellation);

        // The bid gets through and its acknowledgement does not, so the node must send it again.
        line.SwallowAnswers();
        var publishing = node.PublishAsync(Topics.Bids(Ada), BidBytes(4), cancellation: Cancellation);
        await first.Task.WaitAsync(Soon, Cancellation);
        line.Cut();
        line.Mend();
        await publishing.WaitAsync(Soon, Cancellation);
        await second.Task.WaitAsync(Soon, Cancellation);
        await node.PublishAsync(Topics.Bids(Ada), BidBytes(5), cancellation: Cancellation);
        await last.Task.WaitAsync(Soon, Cancellation);

        Assert.Equal(3, deliveries);
        Assert.Equal([4, 5], effects);
    }

    [Fact]
    public async Task A_session_outlives_its_process()
    {
        var first = Exchange();
        await first.SubscribeAsync(Topics.AllBids, (_, _) => Task.CompletedTask, Cancellation);
        await first.StartAsync(Cancellation);
        await first.DisposeAsync();
        var node = Node("node");
        await node.StartAsync(Cancellation);
        await node.PublishAsync(Topics.Bids(Ada), BidBytes(6), cancellation: Cancellation);

        // Subscribed before the start: the kept message comes at once, and its handler is there.
        var second = Exchange();
        var bids = await ReceivedAsync(second, Topics.AllBids);
        await second.StartAsync(Cancellation);

        Assert.Equal(6, NumberOf(await NextAsync(bids)));
    }
}
