using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>The gateway's link on a real broker; two homes are played by the test, word for word, and so is whoever would like to be one.</summary>
public sealed class CommunityLinkTests : IAsyncLifetime
{
    private static readonly Topics Topics = new("village");
    private static readonly FlexibilityTopics Between = Topics.Flexibility(Provider);

    private readonly EmbeddedBroker _broker = new(new EmbeddedBrokerOptions { Community = "village", ExchangePassword = "secret", Port = OwnPort.Next() }, NullLogger.Instance);
    private readonly FakeTimeProvider _time = new(Ten.AddMinutes(1));
    private readonly Channel<FlexibilityOrder> _orders = Channel.CreateUnbounded<FlexibilityOrder>();
    private readonly Channel<FlexibilityTerms> _terms = Channel.CreateUnbounded<FlexibilityTerms>();
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"community-{Guid.NewGuid():n}");
    private HomeBoard _board = null!;
    private CommunityLink _link = null!;
    private MqttLink _others = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _broker.StartAsync();
        _others = new MqttLink(new MqttLinkOptions { Broker = _broker.Address, ClientId = "anybody" }, TimeProvider.System, NullLogger.Instance);
        await _others.SubscribeAsync(Between.Orders(Member(0)), (message, _) => Keep(_orders, WireFormat.TryReadFlexibilityOrder(message.Payload.Span, out var order, out string? _) ? order.Content : null), Cancellation);
        await _others.SubscribeAsync(Between.Terms, (message, _) => Keep(_terms, WireFormat.TryReadFlexibilityTerms(message.Payload.Span, out var terms, out string? _) ? terms.Content : null), Cancellation);
        await _others.StartAsync(Cancellation);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await _others.DisposeAsync();
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task What_homes_say_stands_on_the_board()
    {
        var terms = await _terms.Reader.ReadAsync(Cancellation);
        Assert.Equal((Provider, 4, 16, 900, 4), (terms.Bsp, terms.HoldingPeriods, terms.Spans, terms.ConfidencePermille, terms.TelemetrySeconds));
        var chain = await BeginAsync(0, 5);
        await SayAsync(Program(0, 7, 100, 200));
        await SayAsync(Headroom(0, 7));
        // Samples come over another connection: they count from when the session is checked, and that was before the headroom.
        await GatewayBed.UntilAsync(() => _board.Outlook(0)?.Headroom is not null);
        await SampleAsync(0, chain, 5, 1, 1_250);
        await GatewayBed.UntilAsync(() => _board[0].PowerWatts == 1_250);
        _link.Refresh(_time.GetUtcNow());
        Assert.Equal((400, true, _time.GetUtcNow()), (_board[0].BaselineWatts, _board[0].IsAvailable, _board[0].MeasuredAt));
        Assert.Equal(2_000, _board.Outlook(0)!.Spans(Home(0).Pod, _time.GetUtcNow())[0].Steps.Sum(step => step.Watts));
        Assert.False(_board[1].IsAvailable);
        Assert.Empty(_link.LeftOutByCode);
    }

    [Fact]
    public async Task Who_is_not_the_home_or_speaks_to_another_provider_or_market_is_left_out()
    {
        var program = Program(0, 7, 100);
        await PublishAsync(Between.Programs(Member(0)), WireFormat.Write(new Signed<NetProgram>(program, FlexibilitySigning.Sign(Signing.Hash(program), HomeKey(1)))));
        var toAnother = program with { Bsp = Member(9) };
        await PublishAsync(Between.Programs(Member(0)), WireFormat.Write(new Signed<NetProgram>(toAnother, FlexibilitySigning.Sign(Signing.Hash(toAnother), HomeKey(0)))));
        var elsewhere = new FlexibilitySigning(new MarketDomain(1, Domain.Contract));
        await PublishAsync(Between.Programs(Member(0)), WireFormat.Write(new Signed<NetProgram>(program, FlexibilitySigning.Sign(elsewhere.Hash(program), HomeKey(0)))));
        await PublishAsync(Between.Programs(Member(1)), WireFormat.Write(new Signed<NetProgram>(program, FlexibilitySigning.Sign(Signing.Hash(program), HomeKey(0)))));
        await PublishAsync(Between.Programs(Member(0)), "{\"member\":[1,2"u8.ToArray());
        await PublishAsync(Between.Programs(Member(0)), new byte[5_000]);
        await PublishAsync(Between.Programs(Member(7)), "{}"u8.ToArray());
        await PublishAsync(Between.Telemetry(Member(0)), new byte[600]);
        await SampleAsync(0, new TelemetryChain(default, 10), 5, 1, 9_999);
        await SayAsync(Program(0, 8, 50));
        await SayAsync(Program(0, 8, 900));

        await GatewayBed.UntilAsync(() => _link.LeftOut == 10);
        Assert.Equal("malformed 4, old 1, unknown-home 1, wrong-chain 1, wrong-signature 3", string.Join(", ", _link.LeftOutByCode.Select(code => $"{code.Key} {code.Value}")));
        _link.Refresh(_time.GetUtcNow());
        Assert.Equal((200, default), (_board[0].BaselineWatts, _board[0].MeasuredAt));
    }

    [Fact]
    public async Task Asked_for_fewer_spans_homes_hear_new_terms_in_which_nothing_else_has_changed()
    {
        var before = await _terms.Reader.ReadAsync(Cancellation);
        _link.AskForSpans(1);
        var after = await _terms.Reader.ReadAsync(Cancellation);
        Assert.Equal(before with { Session = after.Session, Spans = 1 }, after);
        Assert.True(after.Session > before.Session);
    }

    [Fact]
    public async Task A_home_that_says_too_much_does_not_hold_up_another()
    {
        var nonsense = new byte[4_000];
        for (var i = 0; i < 2_000; i++)
        {
            await PublishAsync(Between.Headroom(Member(0)), nonsense);
        }

        await SayAsync(Program(1, 7, 100));
        await GatewayBed.UntilAsync(() => _board.Outlook(1) is not null && _link.LeftOut == 2_000);
    }

    [Fact]
    public async Task What_was_sold_is_reserved_called_and_let_go_and_told_again_when_the_broker_is_back()
    {
        var order = await ReservedAsync();
        Assert.Equal((FlexibilityOrderKind.Reserve, 7L, After(1), 4, -1_600L, new Price(225_000)), (order.Kind, order.Offer, order.First, order.Periods, order.ChangeWatts, order.Price));
        _time.SetUtcNow(Ten.AddMinutes(16));
        _link.Refresh(_time.GetUtcNow());
        Assert.Equal(1_600, _board[0].UpWatts);

        _link.Ask(0, -700);
        var call = await NextOrderAsync();
        Assert.Equal((FlexibilityOrderKind.Activate, order.Id, After(1), 4, -700L), (call.Kind, call.Id, call.First, call.Periods, call.ChangeWatts));
        await SayAsync(Yes(call));
        await GatewayBed.UntilAsync(() => _board[0].ConfirmedWatts == -700 && _link.IsEmpty);
        // 20 W more are not worth planning anew; a fortieth of 1,600 W, which is 40, is.
        _link.Ask(0, -720);
        Assert.True(_link.IsEmpty);

        await _broker.StopAsync();
        await GatewayBed.UntilAsync(() => !_link.IsUp);
        await _broker.StartAsync();
        await GatewayBed.UntilAsync(() => _link.IsUp);
        // As every cycle asks. The same number again has no second effect.
        await GatewayBed.UntilAsync(() =>
        {
            _link.Ask(0, -700);
            return _orders.Reader.Count > 0;
        });
        Assert.Equal(call, await NextOrderAsync());
        await SayAsync(Yes(call));
        await GatewayBed.UntilAsync(() => _link.OpenSetPoints == 0);

        _link.Ask(0, 0);
        var end = await NextOrderAsync();
        Assert.Equal((FlexibilityOrderKind.Activate, 0L), (end.Kind, end.ChangeWatts));
        await SayAsync(Yes(end));
        await GatewayBed.UntilAsync(() => _board[0].ConfirmedWatts == 0);
    }

    [Fact]
    public async Task What_a_home_cannot_hold_is_taken_off_at_once()
    {
        var order = await ReservedAsync();
        _time.SetUtcNow(Ten.AddMinutes(16));
        _link.Refresh(_time.GetUtcNow());
        await SayAsync(new FlexibilityReply(Member(0), Provider, order.Number, order.Id, true, 1_000, "devices", null));
        await GatewayBed.UntilAsync(() => _board[0].UpWatts == 600);

        _link.Ask(0, -600);
        var call = await NextOrderAsync();
        await SayAsync(No(call, "unknown-order"));
        await GatewayBed.UntilAsync(() => _board[0].UpWatts == 0);
    }

    [Fact]
    public async Task What_the_exchange_does_not_keep_is_not_asked_for_until_it_does()
    {
        var order = await ReservedAsync();
        _time.SetUtcNow(Ten.AddMinutes(16));
        _link.Refresh(_time.GetUtcNow());
        Assert.Equal(1_600, _board[0].UpWatts);
        await KeptAsync(new ReservationAnswer(Member(0), Provider, order.Id, false, "bid-stands", "The bid in the open round trades more."));
        await GatewayBed.UntilAsync(() => _board[0].UpWatts == 0);
        await KeptAsync(new ReservationAnswer(Member(0), Provider, order.Id, true, null, null));
        await GatewayBed.UntilAsync(() => _board[0].UpWatts == 1_600);
    }

    [Fact]
    public async Task After_a_restart_promises_stand_and_numbers_go_on()
    {
        var order = await ReservedAsync();
        await _link.DisposeAsync();
        await StartAsync();
        await SayAsync(Program(0, 8, 0, 0, 0, 0, 0, 0));
        await GatewayBed.UntilAsync(() => _board.Outlook(0) is not null);
        _time.SetUtcNow(Ten.AddMinutes(16));
        _link.Refresh(_time.GetUtcNow());
        Assert.Equal(1_600, _board[0].UpWatts);

        _link.Ask(0, -700);
        var call = await NextOrderAsync();
        Assert.Equal((order.Id, -700L), (call.Id, call.ChangeWatts));
        Assert.True(call.Number > order.Number);
    }

    // Home 0 has offered, was sold, and has promised.
    private async Task<FlexibilityOrder> ReservedAsync()
    {
        await SayAsync(Program(0, 7, 0, 0, 0, 0, 0, 0));
        await SayAsync(Headroom(0, 7));
        await GatewayBed.UntilAsync(() => _board.Outlook(0)?.Headroom is not null);
        _link.Promise(Sold(0, 1_600, 1, 2, 3, 4), (_, _) => new Price(300_000), _time.GetUtcNow());
        var order = await NextOrderAsync();
        await SayAsync(Yes(order));
        await GatewayBed.UntilAsync(() => _link.Members[0].Orders.Single().State == HomeOrderState.Accepted);
        return order;
    }

    private async Task StartAsync()
    {
        var customer = new CustomerOptions
        {
            Id = "village", Homes = [Home(0), Home(1)],
            Community = new CommunityOptions { Name = "village", Broker = _broker.Address, Domain = Domain, Key = ProviderKey, HoldingPeriods = 4, Spans = 16 },
        };
        _board = new HomeBoard([.. customer.Homes.Select(home => new HomeDescription(home, customer.Id, 0))]);
        _link = new CommunityLink(customer, _board, 0, PeriodGrid.QuarterHour, _folder, _time, TimeProvider.System, NullLogger<CommunityLink>.Instance);
        _link.Start();
        await GatewayBed.UntilAsync(() => _link.IsUp);
    }

    private Task<FlexibilityOrder> NextOrderAsync() => _orders.Reader.ReadAsync(Cancellation).AsTask();

    private async Task<TelemetryChain> BeginAsync(int home, long session)
    {
        var chain = new TelemetryChain(new Hash256(new byte[32]), 100);
        var begun = new TelemetrySession(Member(home), Provider, session, chain.Anchor, chain.Length);
        await PublishAsync(Between.Sessions(Member(home)), WireFormat.Write(new Signed<TelemetrySession>(begun, FlexibilitySigning.Sign(Signing.Hash(begun), HomeKey(home)))));
        return chain;
    }

    private Task SampleAsync(int home, TelemetryChain chain, long session, int sequence, long watts) => PublishAsync(
        Between.Telemetry(Member(home)),
        WireFormat.Write(new TelemetrySample(Member(home), session, sequence, _time.GetUtcNow().ToUnixTimeMilliseconds(), watts, TelemetryQuality.Measured, chain.KeyOf(sequence))));

    private Task SayAsync(NetProgram program) =>
        PublishAsync(Between.Programs(program.Member), WireFormat.Write(new Signed<NetProgram>(program, FlexibilitySigning.Sign(Signing.Hash(program), KeyOf(program.Member)))));

    private Task SayAsync(HomeHeadroomOffer offer) =>
        PublishAsync(Between.Headroom(offer.Member), WireFormat.Write(new Signed<HomeHeadroomOffer>(offer, FlexibilitySigning.Sign(Signing.Hash(offer), KeyOf(offer.Member)))));

    private Task SayAsync(FlexibilityReply reply) =>
        PublishAsync(Between.Replies(reply.Member), WireFormat.Write(new Signed<FlexibilityReply>(reply, FlexibilitySigning.Sign(Signing.Hash(reply), KeyOf(reply.Member)))));

    // Only the exchange may say that.
    private async Task KeptAsync(ReservationAnswer answer)
    {
        await using var exchange = new MqttLink(new MqttLinkOptions { Broker = _broker.Address, ClientId = "exchange", User = "exchange", Password = "secret" }, TimeProvider.System, NullLogger.Instance);
        await exchange.StartAsync(Cancellation);
        await exchange.PublishAsync(Between.Kept(answer.Member), WireFormat.Write(answer), cancellation: Cancellation);
    }

    private Task PublishAsync(string topic, byte[] payload) => _others.PublishAsync(topic, payload, cancellation: Cancellation);

    private static EthereumKey KeyOf(MemberId member) => HomeKey(member == Member(0) ? 0 : 1);

    private static Task Keep<T>(Channel<T> channel, T? message)
        where T : class => channel.Writer.WriteAsync(message!, Cancellation).AsTask();
}
