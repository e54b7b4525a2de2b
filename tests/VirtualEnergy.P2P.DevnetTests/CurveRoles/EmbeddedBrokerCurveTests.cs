using System.Diagnostics;
using VirtualEnergy.P2P.DevnetTests.Messaging;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.CurveRoles;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.CurveRoles;

public sealed class EmbeddedBrokerCurveTests(ITestOutputHelper output) : CurveRolesTestBase
{
    private const int Agents = 200;

    protected override ITestBroker CreateBroker() => new EmbeddedTestBroker();

    [Fact]
    public async Task Flood_of_two_hundred_agents_neither_stops_the_price_nor_starves_anybody()
    {
        // 200 agents at once, each with 50 bids as fast as the broker takes them; the last of each is 5 − i, the others 9 − i.
        await Bed.AuctioneerAsync(Top);
        var calm = await Bed.AgentAsync(0, TopId, CurveTestBed.Falling());
        await calm.Events.NextAsync<PriceFollowed>(price => price.Price.Price == 50_000);
        var topics = new Topics(ITestBroker.Community).Curve(TopId);
        var raw = await Bed.RawAsync(0);
        var market = await MarketAsync(raw, topics);
        var told = System.Threading.Channels.Channel.CreateUnbounded<CurvePriceMessage>();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(1, Agents).Select(async agent =>
        {
            var link = await Bed.RawAsync(agent);
            await link.SubscribeAsync(topics.Prices(CurveTestBed.Id(agent)), (message, _) =>
                WireFormat.TryReadCurvePrice(message.Payload.Span, out var price, out string? _) ? told.Writer.WriteAsync(price, Cancellation).AsTask() : Task.CompletedTask, Cancellation);
            for (var number = 1; number <= 50; number++)
            {
                var start = number == 50 ? 5L : 9;
                await link.PublishAsync(topics.Bids(CurveTestBed.Id(agent)), Signed(market, agent, number, [.. Enumerable.Range(0, 11).Select(step => start - step)]), cancellation: Cancellation);
            }
        }));
        var sent = Stopwatch.GetElapsedTime(started);

        // Everyone's last bid is answered with the price of everyone's last bids.
        var waiting = Enumerable.Range(1, Agents).Select(CurveTestBed.Id).ToHashSet();
        while (waiting.Count > 0)
        {
            var price = await told.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(CurveTestBed.Patience, Cancellation);
            if (price.Price is { BidNumber: 50, Price: 50_000 })
            {
                waiting.Remove(price.Agent);
            }
        }

        var rest = Stopwatch.GetElapsedTime(started) - sent;
        output.WriteLine($"{Agents} agents sent {Agents * 50} signed bids in {sent.TotalSeconds:0.0} s; all had their last price {rest.TotalMilliseconds:0} ms after that.");

        // The calm one had prices all the while: the flood moved them.
        Assert.Contains(calm.Events.Rest().OfType<PriceFollowed>(), price => price.Price.Price > 50_000);
    }

    [Fact]
    public async Task Answer_to_one_changed_bid_among_two_hundred_is_measured()
    {
        await Bed.AuctioneerAsync(Top);
        for (var agent = 1; agent < Agents; agent++)
        {
            await Bed.AgentAsync(agent, TopId, CurveTestBed.Falling());
        }

        // The sum is 199 (5 − i) + 400 − i: zero at step 6.975. Each 2 W more move the price of all by a hundredth of a step.
        var watts = 400L;
        var one = await Bed.AgentAsync(0, TopId, () => CurveTestBed.Falling(Interlocked.Read(ref watts)));
        await one.Events.NextAsync<PriceFollowed>(price => price.Price.Price > 50_000);
        var took = new List<TimeSpan>();
        for (var change = 0; change < 20; change++)
        {
            var next = Interlocked.Add(ref watts, 2);
            var (sent, at) = await one.Events.NextAtAsync<BidSent>(bid => bid.Bid.Curve.Maximum == Demand.FromWatts(next));
            var (_, answered) = await one.Events.NextAtAsync<PriceFollowed>(price => price.Price.BidNumber == sent.Bid.BidNumber);
            took.Add(Stopwatch.GetElapsedTime(at, answered));
        }

        took.Sort();
        output.WriteLine($"{Agents} agents, from a bid to its price: median {took[10].TotalMilliseconds:0} ms, longest {took[^1].TotalMilliseconds:0} ms.");
        Assert.True(took[10] < TimeSpan.FromSeconds(20), $"median {took[10]}");
    }

    [Fact]
    public async Task Nobody_but_the_matcher_reads_its_bids_or_speaks_in_its_name()
    {
        await Bed.AuctioneerAsync(Top);
        var raw = await Bed.RawAsync(1);
        var topics = new Topics(ITestBroker.Community).Curve(TopId);
        await Assert.ThrowsAsync<MqttLinkException>(() => raw.SubscribeAsync(topics.AllBids, (_, _) => Task.CompletedTask, Cancellation));
        await Assert.ThrowsAsync<MqttLinkException>(() => raw.PublishAsync(topics.Prices(CurveTestBed.Id(2)), new byte[2], cancellation: Cancellation));
        await Assert.ThrowsAsync<MqttLinkException>(() => raw.PublishAsync(topics.Market, new byte[2], retain: true, Cancellation));
    }
}
