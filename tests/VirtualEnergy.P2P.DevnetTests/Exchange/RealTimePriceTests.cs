using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.DevnetTests.Bsp;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.RealTimePricing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

/// <summary>A market without bids: real exchange, broker, chain and nodes; the price follows from the meters alone.</summary>
public sealed class RealTimePriceTests
{
    private const int Homes = 4;
    private const int Rounds = 10;

    [Fact]
    public async Task Every_price_follows_from_the_readings_that_homes_sent_and_each_is_settled()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var community = await TestCommunity.StartAsync(Homes, cancellation);
        var rules = new MarketRules { Grid = new PeriodGrid(300), RealTimePrice = new RealTimePriceRules { ResponsePerCent = new Energy(50) } };
        var options = community.Options with { Rules = rules, Rounds = Rounds, Broker = new BrokerOptions { Password = "known" } };
        await using var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, cancellation);

        // One a member and period: a reading whose receipt is late is sent again.
        var nets = new ConcurrentDictionary<Period, ConcurrentDictionary<MemberId, long>>();
        var bids = 0;
        var topics = new Topics(options.Community);
        await using var listener = new MqttLink(
            new MqttLinkOptions { Broker = exchange.Broker, ClientId = "listener", User = "exchange", Password = "known" }, TimeProvider.System, NullLogger.Instance);
        await listener.SubscribeAsync(topics.AllMeters, (message, _) =>
        {
            Assert.True(WireFormat.TryReadMeterReading(message.Payload.Span, out var reading, out string? _));
            nets.GetOrAdd(reading.Period, _ => new ConcurrentDictionary<MemberId, long>())[reading.Member] = (reading.Import - reading.Export).WattHours;
            return Task.CompletedTask;
        }, cancellation);
        await listener.SubscribeAsync(topics.AllBids, (_, _) =>
        {
            Interlocked.Increment(ref bids);
            return Task.CompletedTask;
        }, cancellation);
        await listener.StartAsync(cancellation);

        var households = GeneratedCommunity.Create(Homes, 1, GeneratedCommunity.DefaultFirstDay, 1).Households;
        var nodes = new List<ProsumerNode>();
        for (var home = 0; home < Homes; home++)
        {
            nodes.Add(new ProsumerNode(
                exchange.Broker, options.Community, community.Keys[home], new PlannedHome(households[home].Describe(), []), options.Tariff!, TimeProvider.System, NullLogger.Instance));
            await nodes[^1].StartAsync(cancellation);
        }

        var prices = new List<Price>();
        var controller = new RealTimePriceController(rules.RealTimePrice, rules);
        var reference = new Price(190_000); // halfway between the supplier's 300 000 and 80 000
        for (var round = 0; round < Rounds; round++)
        {
            prices.Add((await community.Progress.NextAsync<RoundCleared>(cancellation)).Price!.Value);
        }

        await exchange.Completion.WaitAsync(TestCommunity.Patience, cancellation);
        Assert.Equal(reference, prices[0]);
        for (var round = 1; round < Rounds; round++)
        {
            // The exchange heard all of them before it told the price; the listener has a line of its own.
            var period = new Period(TestCommunity.First.Index + round - 1);
            await GatewayBed.UntilAsync(() => nets.TryGetValue(period, out var read) && read.Count == Homes);
            Assert.Equal(controller.Next(prices[round - 1], reference, reference, new Energy(nets[period].Values.Sum())), prices[round]);
        }

        Assert.True(prices.Distinct().Count() > 1, "no imbalance ever moved the price");
        Assert.Equal(0, bids);
        Assert.Equal(Rounds, exchange.Summary().SettledRounds);
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }
}
