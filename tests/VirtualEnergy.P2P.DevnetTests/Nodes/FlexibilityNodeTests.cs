using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Nodes;

/// <summary>A real node on a real broker; the exchange's and the balancing service provider's parts are played by the test, word for word.</summary>
/// <remarks>The home: 400 W of load, a battery of 8 kWh and 4 kW, half full. Its supplier asks 28 ct and gives 9.</remarks>
public sealed class FlexibilityNodeTests : IAsyncLifetime
{
    private const int Seconds = 4;
    private static readonly Topics Topics = new("village");
    private static readonly EthereumKey ExchangeKey = Key(1);
    private static readonly EthereumKey HomeKey = Key(2);
    private static readonly EthereumKey BspKey = Key(4);
    private static readonly MemberId Member = HomeKey.Address.ToMember();
    private static readonly MemberId Bsp = BspKey.Address.ToMember();
    private static readonly MarketDescription Description = new("village", 31337, Key(3).Address.ToString(), ExchangeKey.Address.ToString(), MarketRules.Default);
    private static readonly MarketDomain Domain = new(31337, Key(3).Address);
    private static readonly FlexibilitySigning Signing = new(Domain);
    private static readonly FlexibilityTopics Between = Topics.Flexibility(Bsp);
    private static readonly Period First = new(1_994_832);

    private readonly EmbeddedBroker _broker = new(new EmbeddedBrokerOptions { Community = "village", ExchangePassword = "secret" }, NullLogger.Instance);
    private readonly Channel<Bid> _bids = Channel.CreateUnbounded<Bid>();
    private readonly Channel<MeterReading> _readings = Channel.CreateUnbounded<MeterReading>();
    private readonly Channel<NetProgram> _programs = Channel.CreateUnbounded<NetProgram>();
    private readonly Channel<HomeHeadroomOffer> _offers = Channel.CreateUnbounded<HomeHeadroomOffer>();
    private readonly Channel<FlexibilityReply> _replies = Channel.CreateUnbounded<FlexibilityReply>();
    private readonly Channel<TelemetrySession> _sessions = Channel.CreateUnbounded<TelemetrySession>();
    private readonly Channel<TelemetrySample> _samples = Channel.CreateUnbounded<TelemetrySample>();

    // Far from the rounds' periods, so that the market's time is that of its rounds.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2001, 1, 1, 0, 0, 1, TimeSpan.Zero));
    private readonly string _book = Path.Combine(Path.GetTempPath(), $"flexibility-{Guid.NewGuid():n}");
    private MqttLink _exchange = null!;
    private MqttLink _bsp = null!;
    private long _number;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _broker.StartAsync();
        _exchange = Link("exchange", "exchange", "secret");
        var receipts = new PlayedReceipts(_exchange, Topics, Domain, ExchangeKey);
        await _exchange.SubscribeAsync(Topics.AllBids, async (message, stopping) =>
        {
            Assert.True(WireFormat.TryReadBid(message.Payload.Span, Member, out var bid, out BidRefusal? _));
            if (await receipts.AnswerAsync(bid, refusal: null, stopping))
            {
                await Keep(_bids, isReadable: true, bid.Bid);
            }
        }, Cancellation);
        await _exchange.SubscribeAsync(Topics.AllMeters, async (message, stopping) =>
        {
            Assert.True(WireFormat.TryReadMeterReading(message.Payload.Span, out var reading, out string? _));
            if (await receipts.AnswerAsync(reading, stopping))
            {
                await Keep(_readings, isReadable: true, reading);
            }
        }, Cancellation);
        await _exchange.StartAsync(Cancellation);
        await _exchange.PublishAsync(Topics.Market, WireFormat.Write(Description), retain: true, Cancellation);

        _bsp = Link("bsp", Bsp.Value, null);
        await _bsp.SubscribeAsync(Between.AllPrograms, (message, _) => Keep(_programs, WireFormat.TryReadProgram(message.Payload.Span, Member, out var program, out string? _), Signed(program, Signing.Hash)), Cancellation);
        await _bsp.SubscribeAsync(Between.AllHeadroom, (message, _) => Keep(_offers, WireFormat.TryReadHeadroom(message.Payload.Span, Member, out var offer, out string? _), Signed(offer, Signing.Hash)), Cancellation);
        await _bsp.SubscribeAsync(Between.AllReplies, (message, _) => Keep(_replies, WireFormat.TryReadFlexibilityReply(message.Payload.Span, Member, out var reply, out string? _), Signed(reply, Signing.Hash)), Cancellation);
        await _bsp.SubscribeAsync(Between.AllSessions, (message, _) => Keep(_sessions, WireFormat.TryReadTelemetrySession(message.Payload.Span, Member, out var session, out string? _), Signed(session, Signing.Hash)), Cancellation);
        await _bsp.SubscribeAsync(Between.AllTelemetry, (message, _) => Keep(_samples, WireFormat.TryReadTelemetrySample(message.Payload.Span, Member, out var sample, out string? _), sample), Cancellation);
        await _bsp.StartAsync(Cancellation);
        var terms = new FlexibilityTerms(Bsp, 1, HoldingPeriods: 4, Spans: 2, ConfidencePermille: 500, TelemetrySeconds: Seconds);
        await _bsp.PublishAsync(Between.Terms, WireFormat.Write(new Signed<FlexibilityTerms>(terms, FlexibilitySigning.Sign(Signing.Hash(terms), BspKey))), retain: true, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync();
        await _bsp.DisposeAsync();
        await _broker.DisposeAsync();
        File.Delete(_book);
        File.Delete(_book + ".offer");
    }

    [Fact]
    public async Task An_order_is_bid_no_more_and_held_to_its_end_though_the_provider_is_gone()
    {
        using var flexibility = Flexibility();
        await using var node = await StartAsync(flexibility);
        await RunAsync(First);
        var (program, offer) = await OfferedAfterAsync(First);
        Assert.Equal((First, offer.Number), (program.First, program.Number));
        var span = offer.Spans[0];
        Assert.Equal((First.Next, 4), (span.First, span.Periods));

        // The round is open, and the home has bid what it likes; then half of its headroom is reserved: it bids its program and nothing else.
        await AnnounceAsync(First.Next);
        Assert.Equal(First, (await _bids.Reader.ReadAsync(Cancellation)).Period);
        var free = await _bids.Reader.ReadAsync(Cancellation);
        Assert.Equal(First.Next, free.Period);
        var watts = span.Up.Sum(step => step.Watts) / 2;
        Assert.InRange(watts, 200, 4_000);
        await OrderAsync(FlexibilityOrderKind.Reserve, offer.Number, span, -watts);
        Assert.True((await _replies.Reader.ReadAsync(Cancellation)).Accepted);
        var committed = program.Energies[1];
        if (committed != Energy.Zero || !free.Buy.IsEmpty || !free.Sell.IsEmpty)
        {
            var bid = await _bids.Reader.ReadAsync(Cancellation);
            Assert.Equal(committed, bid.Buy.Aggregate(Energy.Zero, (sum, step) => sum + step.Energy) - bid.Sell.Aggregate(Energy.Zero, (sum, step) => sum + step.Energy));
        }

        await OrderAsync(FlexibilityOrderKind.Activate, offer.Number, span, -watts);
        Assert.True((await _replies.Reader.ReadAsync(Cancellation)).Accepted);
        var change = new Energy(-watts / 4);
        await ResultAsync(First.Next);
        Assert.Equal(committed + change, Net(await ReadingOf(First.Next)));

        // What is promised comes first: only what begins after it is offered. The provider vanishes, the order is held to its end, and then the home is free.
        Assert.All((await _offers.Reader.ReadAsync(Cancellation)).Spans, later => Assert.True(later.First.Index >= span.First.Index + span.Periods));
        await _bsp.DisposeAsync();
        for (var t = 2; t <= 4; t++)
        {
            await RunAsync(new Period(First.Index + t));
            Assert.Equal(program.Energies[t] + change, Net(await ReadingOf(new Period(First.Index + t))), new Near());
        }

        await RunAsync(new Period(First.Index + 5));
        Assert.NotEqual(program.Energies[5] + change, Net(await ReadingOf(new Period(First.Index + 5))));
        Assert.Null(flexibility.In(new Period(First.Index + 5)));
    }

    [Fact]
    public async Task Telemetry_beats_and_only_the_home_can_have_sent_it()
    {
        using var flexibility = Flexibility();
        await using var node = await StartAsync(flexibility);
        await RunAsync(First);
        _ = await OfferedAfterAsync(First);
        var reading = await ReadingOf(First);
        _time.Advance(TimeSpan.FromSeconds(Seconds));
        var check = new TelemetryCheck(await _sessions.Reader.ReadAsync(Cancellation));
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            var sample = await _samples.Reader.ReadAsync(Cancellation);
            Assert.True(check.Takes(sample));
            Assert.Equal((sequence, TelemetryQuality.Calculated, Net(reading).WattHours * 4), (sample.Sequence, sample.Quality, sample.Watts));
            Assert.Equal(0, sample.At % 1_000);
            if (sequence < 3)
            {
                // The one before must have been dealt with, or this beat is left out.
                await NextBeatAsync(sequence + 1);
            }
        }

        async Task NextBeatAsync(int expected)
        {
            while (_samples.Reader.Count == 0)
            {
                _time.Advance(TimeSpan.FromSeconds(Seconds));
                await Task.WhenAny(_samples.Reader.WaitToReadAsync(Cancellation).AsTask(), Task.Delay(500, Cancellation));
            }

            Assert.True(_samples.Reader.TryPeek(out var next) && next.Sequence == expected);
        }
    }

    [Fact]
    public async Task Orders_that_are_not_the_providers_or_were_not_offered_are_refused_and_the_home_goes_on()
    {
        using var flexibility = Flexibility();
        await using var node = await StartAsync(flexibility);
        await RunAsync(First);
        var (_, offer) = await OfferedAfterAsync(First);
        var order = new FlexibilityOrder(Bsp, Member, 1, 1, FlexibilityOrderKind.Activate, offer.Number, First.Next, 4, -100, new Price(900_000));
        await SendAsync(new Signed<FlexibilityOrder>(order, FlexibilitySigning.Sign(Signing.Hash(order), HomeKey)));
        Assert.Equal("wrong-signature", (await _replies.Reader.ReadAsync(Cancellation)).Reason);
        await _bsp.PublishAsync(Between.Orders(Member), "{\"no\":[1,2"u8.ToArray(), cancellation: Cancellation);
        Assert.Equal("malformed", (await _replies.Reader.ReadAsync(Cancellation)).Reason);
        await _bsp.PublishAsync(Between.Orders(Member), new byte[5_000], cancellation: Cancellation);
        Assert.Equal("too-large", (await _replies.Reader.ReadAsync(Cancellation)).Reason);
        var late = order with { Number = 2, First = new Period(First.Index + 40) };
        await SendAsync(new Signed<FlexibilityOrder>(late, FlexibilitySigning.Sign(Signing.Hash(late), BspKey)));
        Assert.Equal("not-offered", (await _replies.Reader.ReadAsync(Cancellation)).Reason);
        await RunAsync(First.Next);
        Assert.Equal(First.Next, (await ReadingOf(First.Next)).Period);
    }

    [Fact]
    public async Task An_order_outlives_the_node()
    {
        FlexibilitySpan span;
        NetProgram program;
        using (var flexibility = Flexibility())
        {
            await using var node = await StartAsync(flexibility);
            await RunAsync(First);
            (program, var offer) = await OfferedAfterAsync(First);
            span = offer.Spans[0];
            await OrderAsync(FlexibilityOrderKind.Activate, offer.Number, span, -400);
            Assert.True((await _replies.Reader.ReadAsync(Cancellation)).Accepted);
        }

        using var again = Flexibility();
        await using var restarted = await StartAsync(again);
        await RunAsync(First.Next);
        Assert.Equal(program.Energies[1] - new Energy(100), Net(await ReadingOf(First.Next)));
    }

    /// <summary>Whoever has just begun waits for no round: in the Italian market the day ahead is sold before it begins.</summary>
    [Fact]
    public async Task A_home_that_has_run_no_period_offers_from_the_open_one_on_and_can_be_reserved()
    {
        using var flexibility = Flexibility();
        await using var node = await StartAsync(flexibility);
        await AnnounceAsync(First);
        var program = await _programs.Reader.ReadAsync(Cancellation);
        var offer = await _offers.Reader.ReadAsync(Cancellation);
        Assert.Equal((First, offer.Number), (program.First, program.Number));
        var span = offer.Spans[0];
        Assert.Equal((First, 4), (span.First, span.Periods));
        await OrderAsync(FlexibilityOrderKind.Reserve, offer.Number, span, -400);
        Assert.True((await _replies.Reader.ReadAsync(Cancellation)).Accepted);

        // 400 W are 100 Wh less than its program, from its first period on.
        await OrderAsync(FlexibilityOrderKind.Activate, offer.Number, span, -400);
        Assert.True((await _replies.Reader.ReadAsync(Cancellation)).Accepted);
        await ResultAsync(First);
        Assert.Equal(program.Energies[0] - new Energy(100), Net(await ReadingOf(First)), new Near());
    }

    // What is said before the first round comes first.
    private async Task<(NetProgram Program, HomeHeadroomOffer Offer)> OfferedAfterAsync(Period period)
    {
        while (true)
        {
            var (program, offer) = (await _programs.Reader.ReadAsync(Cancellation), await _offers.Reader.ReadAsync(Cancellation));
            if (offer.Spans.IsEmpty || offer.Spans[0].First > period)
            {
                return (program, offer);
            }
        }
    }

    private FlexibilityNode Flexibility() =>
        new(new FlexibilityConsent(Bsp, Up: true, Down: true, default, default), HomeKey, _book, RandomNumberGenerator.Create(), _time, NullLogger.Instance);

    private async Task<ProsumerNode> StartAsync(FlexibilityNode flexibility)
    {
        var battery = new BatteryDescription(new Energy(8_000), 4_000, 4_000, new Efficiency(1_000_000), new Efficiency(1_000_000), initialFill: new Energy(4_000));
        var home = new PlannedHome(new HomeDescription("home", 6_000, PowerProfile.Constant(400), battery: battery) { MarginPermille = 0 }, []);
        var node = new ProsumerNode(Broker, "village", HomeKey, home, SupplierTariff.Flat(new Price(280_000), new Price(90_000)), TimeProvider.System, NullLogger.Instance) { Flexibility = flexibility };
        await node.StartAsync(Cancellation);
        return node;
    }

    private async Task OrderAsync(FlexibilityOrderKind kind, long offer, FlexibilitySpan span, long watts)
    {
        var order = new FlexibilityOrder(Bsp, Member, ++_number, 7, kind, offer, span.First, span.Periods, watts, span.Up[^1].Price);
        await SendAsync(new Signed<FlexibilityOrder>(order, FlexibilitySigning.Sign(Signing.Hash(order), BspKey)));
    }

    private Task SendAsync(Signed<FlexibilityOrder> order) => _bsp.PublishAsync(Between.Orders(Member), WireFormat.Write(order), cancellation: Cancellation);

    private async Task RunAsync(Period period)
    {
        await AnnounceAsync(period);
        await ResultAsync(period);
    }

    private Task AnnounceAsync(Period period) => _exchange.PublishAsync(
        Topics.RoundOpen, WireFormat.Write(new RoundAnnouncement(period, PeriodGrid.QuarterHour.StartOf(period), PeriodGrid.QuarterHour.StartOf(period))), retain: true, Cancellation);

    private Task ResultAsync(Period period) => _exchange.PublishAsync(
        Topics.RoundResult, WireFormat.Write(new RoundResult(period, null, Energy.Zero, 0, [], default, default, default)), retain: true, Cancellation);

    private async Task<MeterReading> ReadingOf(Period period)
    {
        while (true)
        {
            if (await _readings.Reader.ReadAsync(Cancellation) is var reading && reading.Period == period)
            {
                return reading;
            }
        }
    }

    private static Energy Net(MeterReading reading) => reading.Import - reading.Export;

    private BrokerAddress Broker => BrokerAddress.Local(_broker.Port);

    private MqttLink Link(string id, string user, string? password) =>
        new(new MqttLinkOptions { Broker = Broker, ClientId = id, User = user, Password = password }, TimeProvider.System, NullLogger.Instance);

    // Null where the signature is another's, so that what is kept was signed by the home.
    private static T? Signed<T>(Signed<T>? message, Func<T, Hash256> hash)
        where T : class =>
        message is not null && FlexibilitySigning.IsSignedBy(Member, hash(message.Content), message.Signature.AsSpan()) ? message.Content : null;

    private static EthereumKey Key(byte number)
    {
        var bytes = new byte[EthereumKey.Size];
        bytes[^1] = number;
        return EthereumKey.FromBytes(bytes);
    }

    private static Task Keep<T>(Channel<T> channel, bool isReadable, T? message)
        where T : class
    {
        Assert.True(isReadable && message is not null);
        return channel.Writer.WriteAsync(message, Cancellation).AsTask();
    }

    /// <summary>Plans are in fractions of a Wh, meters in whole ones.</summary>
    private sealed class Near : IEqualityComparer<Energy>
    {
        public bool Equals(Energy x, Energy y) => Math.Abs(x.WattHours - y.WattHours) <= 1;

        public int GetHashCode(Energy energy) => 0;
    }
}
