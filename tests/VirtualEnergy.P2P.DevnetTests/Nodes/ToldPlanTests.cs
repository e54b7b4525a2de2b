using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>What a node tells of its plan, over a real broker, with the exchange's part played by the test.</summary>
public sealed class ToldPlanTests : IAsyncLifetime
{
    private static readonly Topics Topics = new("village");
    private static readonly EthereumKey HomeKey = Key(2);
    private static readonly MemberId Member = HomeKey.Address.ToMember();
    private static readonly Period First = new(2_000_000);

    private readonly EmbeddedBroker _broker = new(new EmbeddedBrokerOptions { Community = "village", ExchangePassword = "secret" }, NullLogger.Instance);
    private readonly Channel<BidMessage> _bids = Channel.CreateUnbounded<BidMessage>();
    private readonly Channel<MemberPlan> _plans = Channel.CreateUnbounded<MemberPlan>();
    private readonly Channel<Signed<SuggestedStarts>> _suggestions = Channel.CreateUnbounded<Signed<SuggestedStarts>>();
    private MqttLink _exchange = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _broker.StartAsync();
        _exchange = new MqttLink(
            new MqttLinkOptions { Broker = BrokerAddress.Local(_broker.Port), ClientId = "exchange", User = "exchange", Password = "secret" }, TimeProvider.System, NullLogger.Instance);
        var receipts = new PlayedReceipts(_exchange, Topics, new MarketDomain(31337, Key(3).Address), Key(1));
        await _exchange.SubscribeAsync(Topics.AllBids, async (message, stopping) =>
        {
            Assert.True(WireFormat.TryReadBid(message.Payload.Span, Member, out var bid, out BidRefusal? _));
            if (await receipts.AnswerAsync(bid, refusal: null, stopping))
            {
                await Keep(_bids, isReadable: true, bid);
            }
        }, Cancellation);
        await _exchange.SubscribeAsync(Topics.AllMeters, async (message, stopping) =>
        {
            Assert.True(WireFormat.TryReadMeterReading(message.Payload.Span, out var reading, out string? _));
            await receipts.AnswerAsync(reading, stopping);
        }, Cancellation);
        await _exchange.SubscribeAsync(Topics.AllPlans, (message, _) => Keep(_plans, WireFormat.TryReadPlan(message.Payload.Span, out var plan, out string? _), plan), Cancellation);
        await _exchange.SubscribeAsync(
            Topics.AllSuggestions, (message, _) => Keep(_suggestions, WireFormat.TryReadSuggestedStarts(message.Payload.Span, out var told, out string? _), told), Cancellation);
        await _exchange.StartAsync(Cancellation);
        var market = new MarketDescription("village", 31337, Key(3).Address.ToString(), Key(1).Address.ToString(), MarketRules.Default);
        await _exchange.PublishAsync(Topics.Market, WireFormat.Write(market), retain: true, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task A_node_tells_its_plan_before_its_bid_and_hears_the_outlook()
    {
        await using var node = Node(tells: true);
        await node.StartAsync(Cancellation);
        await AnnounceAsync(First);

        // The exchange hears one message after the other: when the bid is here, the plan is.
        var bid = (await _bids.Reader.ReadAsync(Cancellation)).Bid;
        Assert.True(_plans.Reader.TryRead(out var plan));
        Assert.Equal((Member, First, 480), (plan.Member, plan.First, plan.Demands.Length));
        Assert.Equal(bid.Buy.Sum(step => step.Energy.WattHours), plan.Demands[0].At(new Price(100_000)).WattHours);

        // An outlook, and one that nobody can read: neither keeps the node from the next round.
        await _exchange.PublishAsync(Topics.Outlook, WireFormat.Write(new PriceOutlook(First.Next, [new Price(150_000)])), retain: true, Cancellation);
        await _exchange.PublishAsync(Topics.Outlook, "nonsense"u8.ToArray(), retain: true, Cancellation);
        await AnnounceAsync(First.Next);
        Assert.Equal(First.Next, (await _bids.Reader.ReadAsync(Cancellation)).Bid.Period);
    }

    [Fact]
    public async Task A_home_reads_its_period_and_bids_again_when_the_signal_has_come()
    {
        var heard = Channel.CreateUnbounded<string>();
        await using var ear = await ListenAsync(heard);
        await using var node = Node(tells: true);
        await node.StartAsync(Cancellation);
        await AnnounceAsync(First);
        var bid = (await _bids.Reader.ReadAsync(Cancellation)).Bid;
        var result = new RoundResult(First, null, Energy.Zero, 1, [], default, default, default) { Balances = true };
        await _exchange.PublishAsync(Topics.RoundResult, WireFormat.Write(result), retain: true, Cancellation);
        while (await heard.Reader.ReadAsync(Cancellation) != "running")
        {
        }

        // The next gate opens before the signal comes, as it does in a market. One of another period, and one that nobody can read, are none.
        await AnnounceAsync(First.Next);
        await _exchange.PublishAsync(Topics.Balance, WireFormat.Write(new BalanceSignal(First.Next, new Price(90_000), 0)), retain: false, Cancellation);
        await _exchange.PublishAsync(Topics.Balance, "nonsense"u8.ToArray(), retain: false, Cancellation);
        await _exchange.PublishAsync(Topics.Balance, WireFormat.Write(new BalanceSignal(First, new Price(90_000), 0)), retain: false, Cancellation);
        Assert.Equal(["meters", "plans", "bids"], new[] { await NextAsync(), await NextAsync(), await NextAsync() });

        async Task<string> NextAsync()
        {
            // What it suggests is told between them.
            var next = await heard.Reader.ReadAsync(Cancellation);
            return next is "suggestions" ? await NextAsync() : next;
        }
    }

    [Fact]
    public async Task Who_tells_nothing_waits_for_no_signal()
    {
        var heard = Channel.CreateUnbounded<string>();
        await using var ear = await ListenAsync(heard);
        await using var node = Node(tells: false);
        await node.StartAsync(Cancellation);
        await AnnounceAsync(First);
        await _bids.Reader.ReadAsync(Cancellation);
        var result = new RoundResult(First, null, Energy.Zero, 1, [], default, default, default) { Balances = true };
        await _exchange.PublishAsync(Topics.RoundResult, WireFormat.Write(result), retain: true, Cancellation);
        Assert.Equal(["bids", "meters"], new[] { await heard.Reader.ReadAsync(Cancellation), await heard.Reader.ReadAsync(Cancellation) });
    }

    [Fact]
    public async Task Without_her_members_word_a_node_tells_nothing()
    {
        await using var node = Node(tells: false);
        await node.StartAsync(Cancellation);
        await AnnounceAsync(First);
        await _bids.Reader.ReadAsync(Cancellation);
        Assert.False(_plans.Reader.TryRead(out _));
    }

    [Fact]
    public async Task After_a_round_a_node_tells_when_to_start_what_once_as_long_as_it_stays_so()
    {
        await using var node = Node(tells: true);
        await node.StartAsync(Cancellation);
        for (var period = First; period.Index < First.Index + 3; period = period.Next)
        {
            await AnnounceAsync(period);
            Assert.Equal(period, (await _bids.Reader.ReadAsync(Cancellation)).Bid.Period);
            var result = new RoundResult(period, null, Energy.Zero, 1, [], default, default, default);
            await _exchange.PublishAsync(Topics.RoundResult, WireFormat.Write(result), retain: true, Cancellation);
        }

        // The run can start at once, or at any time until 24 quarters of an hour from the first.
        var told = await _suggestions.Reader.ReadAsync(Cancellation);
        Assert.True(new SuggestionSigning(new MarketDomain(31337, Key(3).Address)).IsSignedByMember(told.Content, told.Signature.AsSpan()));
        Assert.Equal(First.Next, told.Content.At);
        var start = Assert.Single(told.Content.Starts);
        Assert.Equal(("dryer", First.Next, new Energy(500)), (start.Device, start.Soonest, start.Energy));

        // One price at all hours: now is as good as later, and that changes with every period.
        Assert.Equal(start.Soonest, start.Best);
        Assert.Equal(new Period(First.Index + 2), (await _suggestions.Reader.ReadAsync(Cancellation)).Content.At);
    }

    // 400 W of load, a dryer that waits, and nothing else: it can only buy.
    private ProsumerNode Node(bool tells) => new(
        BrokerAddress.Local(_broker.Port), "village", HomeKey,
        new PlannedHome(
            new HomeDescription("home", 3_000, PowerProfile.Constant(400), null, null, [new ApplianceDescription("dryer", [1_000, 1_000], [new ApplianceRun(First, new Period(First.Index + 24))])]), []),
        SupplierTariff.Flat(new Price(280_000), new Price(90_000)), TimeProvider.System, NullLogger.Instance)
    {
        TellsPlan = tells,
        TellsSuggestions = tells,
    };

    // Everything that nodes send, by the first part of its topic, in the order in which it comes; what is sent again, once.
    private async Task<MqttLink> ListenAsync(Channel<string> heard)
    {
        var ear = new MqttLink(
            new MqttLinkOptions { Broker = BrokerAddress.Local(_broker.Port), ClientId = "ear", User = "exchange", Password = "secret" }, TimeProvider.System, NullLogger.Instance);
        string[] all = [Topics.AllBids, Topics.AllPlans, Topics.AllRunning, Topics.AllMeters, Topics.AllSuggestions];
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var filter in all)
        {
            await ear.SubscribeAsync(
                filter,
                (message, _) => before.Add($"{message.Topic} {Convert.ToBase64String(message.Payload.Span)}")
                    ? heard.Writer.WriteAsync(message.Topic.Split('/')[^2], Cancellation).AsTask() : Task.CompletedTask,
                Cancellation);
        }

        await ear.StartAsync(Cancellation);
        return ear;
    }

    private Task AnnounceAsync(Period period) => _exchange.PublishAsync(
        Topics.RoundOpen,
        WireFormat.Write(new RoundAnnouncement(period, PeriodGrid.QuarterHour.StartOf(period), PeriodGrid.QuarterHour.StartOf(period))),
        retain: true, Cancellation);

    private static EthereumKey Key(byte number) => EthereumKey.FromHex("0x" + number.ToString("x64", System.Globalization.CultureInfo.InvariantCulture));

    private static Task Keep<T>(Channel<T> channel, bool isReadable, T? message)
    {
        Assert.True(isReadable);
        return channel.Writer.WriteAsync(message!, Cancellation).AsTask();
    }
}
