using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;
using static VirtualEnergy.P2P.Tests.Proof.CommunityExamples;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>The real gateway and real nodes on a real broker, in simulated time; the exchange's part is played, and so is the market's acceptance of offers.</summary>
/// <remarks>
/// Each home has 400 W of load and a battery of 12 kWh and 4 kW, full, which the load has taken half of by the morning; its supplier asks 28 ct and gives 9. It lets itself be regulated
/// upwards. The profile is Italy's with a least size of 1 kW, offers for two hours of the morning and a ramp of a minute.
/// </remarks>
internal sealed class CommunityBed : IAsyncDisposable
{
    public const string Unit = "UVAM-SARD-1";

    public static readonly MarketDay Tomorrow = new(new DateOnly(2026, 12, 2));

    private static readonly Topics Topics = new("village");
    private static readonly MarketRules Rules = MarketRules.Default;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(4);

    private readonly EmbeddedBroker _broker = new(new EmbeddedBrokerOptions { Community = "village", ExchangePassword = "secret" }, NullLogger.Instance);
    private readonly List<(ProsumerNode Node, FlexibilityNode Flexibility)?> _homes = [];
    private MqttLink _exchange = null!;

    // 16:49:40 by the clock on the wall: twenty seconds before planning. The next period begins at 17:00, and spans of two hours from then on begin at 09:00 tomorrow as well.
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 12, 1, 15, 49, 40, TimeSpan.Zero));

    public GatewayHost Gateway { get; private set; } = null!;

    public GatewayParts Parts => Gateway.Parts;

    public ImmutableArray<HomeState> Homes => Parts.Board.Read();

    /// <summary>What homes that are there take more than their programs, W.</summary>
    public long Shift => Homes.Where((_, home) => _homes[home] is not null).Sum(state => state.PowerWatts - state.BaselineWatts);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<CommunityBed> StartAsync(int homes)
    {
        var bed = new CommunityBed();
        await bed._broker.StartAsync();
        bed._exchange = new MqttLink(new MqttLinkOptions { Broker = bed._broker.Address, ClientId = "exchange", User = "exchange", Password = "secret" }, TimeProvider.System, NullLogger.Instance);
        await bed._exchange.StartAsync(Cancellation);
        await bed._exchange.PublishAsync(
            Topics.Market, WireFormat.Write(new MarketDescription("village", Domain.ChainId, Domain.Contract.ToString(), Key(2).Address.ToString(), Rules)), retain: true, Cancellation);
        var stated = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await bed._exchange.SubscribeAsync(Topics.Flexibility(Provider).Terms, (_, _) =>
        {
            stated.TrySetResult();
            return Task.CompletedTask;
        }, Cancellation);
        bed.Gateway = await GatewayHost.StartAsync(bed.Options(homes), bed.Time, Cancellation, TimeProvider.System);
        // A home that hears the terms after its first round says nothing before the next one is over.
        await stated.Task.WaitAsync(Hang.After, Cancellation);
        for (var home = 0; home < homes; home++)
        {
            bed._homes.Add(await bed.HomeAsync(home));
        }

        await bed.RunAsync();
        return bed;
    }

    /// <summary>The market's time goes on to an instant at once; no timer rings on the way.</summary>
    public void Skip(DateTimeOffset to) => Time.SetUtcNow(to);

    /// <summary>The local round of the running period is over: homes run it and say what lies ahead.</summary>
    public async Task RunAsync()
    {
        var period = Rules.Grid.At(Time.GetUtcNow());
        var (start, before) = (Rules.Grid.StartOf(period), Parts.Board.Homes.Select((_, home) => Parts.Board.Outlook(home)?.Program.Number).ToList());
        await _exchange.PublishAsync(Topics.RoundOpen, WireFormat.Write(new RoundAnnouncement(period, start, start)), retain: true, Cancellation);
        await _exchange.PublishAsync(Topics.RoundResult, WireFormat.Write(new RoundResult(period, null, Energy.Zero, 0, [], default, default, default)), retain: true, Cancellation);
        await GatewayBed.UntilAsync(() => _homes.Select((home, place) => home is null || HasOfferedAfter(place)).All(hasOffered => hasOffered));

        // A home that has just begun offers twice: when the round opens, from its period on, and when it has run the period, from the next one on. Only the latter is waited for.
        bool HasOfferedAfter(int place) =>
            Parts.Board.Outlook(place) is { Headroom: { } headroom } outlook && outlook.Program.Number != before[place] && (headroom.Spans.IsEmpty || headroom.Spans[0].First > period);
    }

    /// <summary>Simulated time goes on by beats of 4 s, and stands while gateway and homes do what belongs to each.</summary>
    /// <param name="span">How long.</param>
    /// <param name="after">Told of each beat; true ends it.</param>
    /// <param name="isMeasured">Whether the homes run the period, and so send samples.</param>
    public async Task PassAsync(TimeSpan span, Func<bool>? after = null, bool isMeasured = true)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += Beat)
        {
            var (before, gone) = (Time.GetUtcNow(), _homes.Count(home => home is null));
            var now = before + Beat;
            Time.Advance(Beat);

            // What is planned, and what homes are to promise, belongs to the beat; who is gone answers nothing, and then only set-points are waited for.
            // A sample that comes before its session does not count, so that the first beat may have none.
            await GatewayBed.UntilAsync(() =>
                Parts.Clock.Last > before && (gone == 0 ? Parts.IsDone(now) : Parts.Customers.All(link => link.IsEmpty || link.OpenSetPoints <= gone))
                && (!isMeasured || Homes.Where((_, home) => _homes[home] is not null).All(state => state.MeasuredAt == default || state.MeasuredAt > before)));
            if (after?.Invoke() == true)
            {
                return;
            }
        }
    }

    /// <summary>A home's node stops, without a word.</summary>
    public async Task VanishAsync(int home)
    {
        var (node, flexibility) = _homes[home]!.Value;
        _homes[home] = null;
        flexibility.Dispose();
        await node.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        for (var home = 0; home < _homes.Count; home++)
        {
            if (_homes[home] is not null)
            {
                await VanishAsync(home);
            }
        }

        await _exchange.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private GatewayOptions Options(int homes) => new()
    {
        Name = "Village power", Url = "http://127.0.0.1:0", Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, FeePermille = 0, ReservePermille = 0,
        Profile = ShippedProfiles.Get(ShippedProfiles.ItalianMsd) with { MinimumSize = 1_000, SizeStep = 1, RampSeconds = 60 },
        Policy = new OfferPolicy { ConfidencePermille = 500 }, OfferHours = (new TimeOnly(9, 0), new TimeOnly(11, 0)),
        Units =
        [
            new UnitOptions
            {
                Id = Unit, CommonAddress = 1, MinimumWatts = -100_000, MaximumWatts = 100_000,
                Customers =
                [
                    new CustomerOptions
                    {
                        Id = "village", Homes = [.. Enumerable.Range(0, homes).Select(Home)],
                        Community = new CommunityOptions { Name = "village", Broker = _broker.Address, Domain = Domain, Key = ProviderKey, HoldingPeriods = 8, Spans = 10, ConfidencePermille = 500 },
                    },
                ],
            },
        ],
    };

    private async Task<(ProsumerNode, FlexibilityNode)> HomeAsync(int home)
    {
        var flexibility = new FlexibilityNode(new FlexibilityConsent(Provider, Up: true, Down: false, default, default), HomeKey(home), null, RandomNumberGenerator.Create(), Time, NullLogger.Instance);
        var battery = new BatteryDescription(new Energy(12_000), 4_000, 4_000, new Efficiency(1_000_000), new Efficiency(1_000_000), initialFill: new Energy(12_000));
        var plan = new PlannedHome(new VirtualEnergy.P2P.Flexibility.HomeDescription($"home {home}", 6_000, PowerProfile.Constant(400), battery: battery) { MarginPermille = 0 }, []);
        var node = new ProsumerNode(_broker.Address, "village", HomeKey(home), plan, SupplierTariff.Flat(new Price(280_000), new Price(90_000)), TimeProvider.System, NullLogger.Instance) { Flexibility = flexibility };
        await node.StartAsync(Cancellation);
        return (node, flexibility);
    }
}
