using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>A real broker for a real node, with the exchange's part played by the test, word for word.</summary>
internal sealed class PlayedExchange : IAsyncDisposable
{
    public static readonly Topics Topics = new("village");
    public static readonly EthereumKey HomeKey = Key(2);
    public static readonly MemberId Member = HomeKey.Address.ToMember();
    public static readonly MarketDescription Description = new("village", 31337, Key(3).Address.ToString(), Key(1).Address.ToString(), MarketRules.Default);
    public static readonly MarketDomain Domain = new(31337, Key(3).Address);

    private readonly EmbeddedBroker _broker = new(new EmbeddedBrokerOptions { Community = "village", ExchangePassword = "secret" }, NullLogger.Instance);
    private readonly Channel<BidMessage> _bids = Channel.CreateUnbounded<BidMessage>();
    private readonly Channel<MeterReading> _readings = Channel.CreateUnbounded<MeterReading>();
    private readonly Channel<NodeStatus> _statuses = Channel.CreateUnbounded<NodeStatus>();
    private MqttLink _exchange = null!;
    private PlayedReceipts _receipts = null!;

    /// <summary>Whether what a node sends again is heard again; else only what is new is, and each is answered.</summary>
    public bool HearsRepeats { get; init; }

    /// <summary>Why a bid is refused, code and detail; null admits it.</summary>
    public Func<Bid, (string Reason, string Detail)?> Refusal { get; set; } = _ => null;

    public ChannelReader<BidMessage> Bids => _bids.Reader;

    public ChannelReader<MeterReading> Readings => _readings.Reader;

    public ChannelReader<NodeStatus> Statuses => _statuses.Reader;

    public BrokerAddress Broker => BrokerAddress.Local(_broker.Port);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static EthereumKey Key(byte number)
    {
        var bytes = new byte[EthereumKey.Size];
        bytes[^1] = number;
        return EthereumKey.FromBytes(bytes);
    }

    public async Task StartAsync()
    {
        await _broker.StartAsync();
        _exchange = new MqttLink(
            new MqttLinkOptions { Broker = Broker, ClientId = "exchange", User = "exchange", Password = "secret" }, TimeProvider.System, NullLogger.Instance);
        _receipts = new PlayedReceipts(_exchange, Topics, Domain, Key(1));
        await _exchange.SubscribeAsync(Topics.AllBids, TakeBidAsync, Cancellation);
        await _exchange.SubscribeAsync(Topics.AllMeters, TakeReadingAsync, Cancellation);
        await _exchange.SubscribeAsync(Topics.AllStatuses, (message, _) => Keep(_statuses, WireFormat.TryReadStatus(message.Payload.Span, out var status, out string? _), status), Cancellation);
        await _exchange.StartAsync(Cancellation);
        await PublishAsync(Topics.Market, WireFormat.Write(Description), retain: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync();
        await _broker.DisposeAsync();
    }

    /// <summary>As in simulated time: the gate closes by the wall clock, whatever the period, and at the latest when nobody waits for it any more.</summary>
    public Task AnnounceAsync(Period period) => PublishAsync(
        Topics.RoundOpen,
        WireFormat.Write(new RoundAnnouncement(period, PeriodGrid.QuarterHour.StartOf(period), TimeProvider.System.GetUtcNow().AddHours(1))),
        retain: true);

    public Task ResultAsync(Period period, params Trade[] trades) => PublishAsync(
        Topics.RoundResult,
        WireFormat.Write(new RoundResult(
            period,
            trades.Length > 0 ? trades[0].Price : null,
            trades.Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy),
            1, [.. trades], default, default, default)),
        retain: true);

    /// <summary>Clears the round at a price: the member buys from a stranger all that she asked for at it, or sells all that she offered.</summary>
    public Task ClearAsync(Bid bid, Price price)
    {
        var stranger = new MemberId(Key(9).Address.ToString());
        var bought = bid.Buy.Where(step => step.Price >= price).Aggregate(Energy.Zero, (sum, step) => sum + step.Energy);
        var sold = bid.Sell.Where(step => step.Price <= price).Aggregate(Energy.Zero, (sum, step) => sum + step.Energy);
        return ResultAsync(bid.Period, bought > Energy.Zero ? new Trade(Member, stranger, bought, price) : new Trade(stranger, Member, sold, price));
    }

    public Task PublishAsync(string topic, byte[] payload, bool retain = false) => _exchange.PublishAsync(topic, payload, retain, Cancellation);

    // Answered before it is heard here: what a test does on hearing it comes after the answer.
    private async Task TakeBidAsync(MqttMessage message, CancellationToken stopping)
    {
        Assert.True(WireFormat.TryReadBid(message.Payload.Span, Member, out var bid, out BidRefusal? _));
        if (await _receipts.AnswerAsync(bid, Refusal(bid.Bid), stopping) || HearsRepeats)
        {
            await Keep(_bids, isReadable: true, bid);
        }
    }

    private async Task TakeReadingAsync(MqttMessage message, CancellationToken stopping)
    {
        Assert.True(WireFormat.TryReadMeterReading(message.Payload.Span, out var reading, out string? _));
        if (await _receipts.AnswerAsync(reading, stopping) || HearsRepeats)
        {
            await Keep(_readings, isReadable: true, reading);
        }
    }

    private static Task Keep<T>(Channel<T> channel, bool isReadable, T? message)
    {
        Assert.True(isReadable);
        return channel.Writer.WriteAsync(message!, Cancellation).AsTask();
    }
}
