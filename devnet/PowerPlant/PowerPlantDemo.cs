using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Community;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Payments;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.Devnet.Tso;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Balancing;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Devnet.PowerPlant;

/// <summary>The gateway that makes one power plant of the demo's homes, and the simulated system operator that it answers to, beside the rounds of the local market.</summary>
/// <param name="homes">Those that take part; see <see cref="Able"/>.</param>
internal sealed class PowerPlantDemo(PowerPlantPlan plan, ImmutableArray<Home> homes, DemoOptions options, DemoReport report) : IAsyncDisposable
{
    // At the default speed and below it: long enough to be watched, a period with an order takes as long as ten others. Flat out it takes what its cycles take.
    private const double SecondsPerWatchedPeriod = 12;

    // Of the machine's time: the market's runs faster.
    private static readonly TimeSpan PaymentPause = TimeSpan.FromMilliseconds(100);

    // With which a home shall be able to do what it says.
    private const int ConfidencePermille = 900;

    // What a home wants beyond what a kWh costs it.
    private const long Gain = 10_000;

    private readonly TaskCompletionSource<PowerPlantEvening> _evening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<FlexibilityNode> _consents = [];
    private readonly DrivenTime _gatewayTime = new(plan.Begin);
    private GatewayHost? _gateway;
    private SimulatedTso? _tso;
    private HttpClient? _http;
    private Period? _first;

    /// <summary>The market's clock, as homes have it: of their telemetry and promises.</summary>
    public DrivenTime Time { get; } = new(plan.Begin);

    /// <summary>Whether the exchange has answered all that homes sent; where nobody can say, what they sent late may come after the gate.</summary>
    public Func<bool> AreHomesAnswered { get; set; } = () => true;

    /// <summary>Where the aggregator's page is; null before it is started.</summary>
    public Uri? Address { get; private set; }

    /// <summary>Homes of which the aggregator makes its unit: those with a battery. Who sells nothing in a period does not count in it.</summary>
    public static ImmutableArray<Home> Able(ImmutableArray<Home> homes) => [.. homes.Where(home => home.Household.Battery is not null)];

    /// <summary>The same consent as a node of its own has it in its configuration.</summary>
    public FlexibilitySource? ConsentIn(Home home) => homes.Contains(home) ? new FlexibilitySource { Bsp = DevAccounts.Balancer.Address.ToString(), Up = true, Down = false, GainMicroEurPerKWh = Gain } : null;

    /// <summary>The consent of a home, which its node goes by: to less from the grid, as the evening wants it; null for one that takes no part.</summary>
    public FlexibilityNode? ConsentOf(Home home, ILogger logger)
    {
        if (!homes.Contains(home))
        {
            return null;
        }

        var consent = new FlexibilityNode(
            new FlexibilityConsent(DevAccounts.Balancer.Address.ToMember(), Up: true, Down: false, default, new Price(Gain)), home.Key, null, RandomNumberGenerator.Create(), Time, logger);
        _consents.Add(consent);
        return consent;
    }

    /// <param name="folder">Of the gateway's data.</param>
    public async Task StartAsync(string community, ExchangeHost exchange, DevnetChain chain, string folder, CancellationToken cancellation)
    {
        var contract = chain.Contract.Address;
        var unit = new UnitOptions
        {
            Id = PowerPlantPlan.Unit, CommonAddress = 1,
            MinimumWatts = -homes.Sum(home => home.Plan.Home.ConnectionWatts), MaximumWatts = homes.Sum(home => home.Plan.Home.ConnectionWatts),
            Customers =
            [
                new CustomerOptions
                {
                    Id = PowerPlantPlan.Customer,
                    Community = new CommunityOptions
                    {
                        Name = community, Broker = exchange.Broker, Domain = new MarketDomain(exchange.ChainId, contract), Key = DevAccounts.Balancer,
                        ConfidencePermille = ConfidencePermille, HoldingPeriods = plan.HoldingPeriods, Spans = plan.Spans, TelemetrySeconds = (int)PowerPlantPlan.Cycle.TotalSeconds,
                    },
                    Homes = [.. homes.Select((home, index) => Describe(home, index))],
                },
            ],
        };
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        _gateway = await GatewayHost.StartAsync(
            new GatewayOptions
            {
                Name = $"Aggregator of {community}", Url = $"http://127.0.0.1:{(options.Port == 0 ? 0 : options.Port + 1)}", OrderToken = token, Units = [unit], Profile = plan.Profile,
                PlanningLead = PowerPlantPlan.Lead,
                // Few homes: with 95 % confidence next to nothing would be left of what they say.
                Policy = new OfferPolicy { ConfidencePermille = 800 }, OfferHours = (plan.From, plan.From.Add(TimeSpan.FromSeconds(plan.Profile.HoldingSeconds))), Viewers = [exchange.ViewerAddress], DataFolder = folder,
                Payments = new PaymentOptions
                {
                    Rpc = chain.Rpc, ChainId = exchange.ChainId, Contract = contract, Key = DevAccounts.Balancer, EveryPeriods = plan.StatedPeriods, Pause = PaymentPause,
                },
                Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, Cycle = PowerPlantPlan.Cycle,
            },
            _gatewayTime, cancellation, TimeProvider.System);
        Address = new Uri(_gateway.Address);
        _http = new HttpClient { BaseAddress = Address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _tso = new SimulatedTso(_gateway.TsoEndPoint.Port, _http, [unit], _gatewayTime, TimeProvider.System);
        await _tso.StartedAsync(cancellation);
        var pace = options.Speed is { } speed ? Math.Max(SecondsPerWatchedPeriod, PeriodGrid.QuarterHour.LengthSeconds / speed) : 0;
        var clock = new EveningClock(Time, _gatewayTime, () => _tso.Sets, HaveTold, _gateway.Parts.IsDone, () => AreHomesAnswered(), report.Warn);
        var payment = new PowerPlantPayment(plan, clock, chain, _http, [.. homes.Select(home => home.Key.Address)], report);
        await payment.PrepareAsync(cancellation);
        _evening.SetResult(new PowerPlantEvening(plan, clock, _tso, _http, payment, homes.Length, pace, report.Say));
    }

    /// <summary>A round is open and everyone has bid: the period before it runs. Before the first the day ahead is planned.</summary>
    public async Task WhileOpenAsync(Period open, CancellationToken cancellation)
    {
        var evening = await _evening.Task.WaitAsync(cancellation);
        try
        {
            _first ??= open;
            if (open == _first)
            {
                await evening.PlanAsync(cancellation);

                // The day is sold. Homes need not work out any more what they could do in all its hours.
                _gateway!.AskForSpans(1);
            }
            else
            {
                await evening.RunAsync(open.Previous, cancellation);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or System.Text.Json.JsonException or EthereumException)
        {
            // The local market goes on without.
            report.Warn($"power plant: {failure.Message}");
        }
    }

    /// <returns>What the evening's order came to, or why there was none.</returns>
    public async Task<(PowerPlantSummary? Summary, string? WhyNot)> SummaryAsync(CancellationToken cancellation)
    {
        var evening = await _evening.Task.WaitAsync(cancellation);
        return (await evening.SummaryAsync(cancellation), evening.WhyNot);
    }

    // Whom the gateway has heard since the first instant it has heard at the second.
    private bool HaveTold(DateTimeOffset since, DateTimeOffset at) => _gateway!.Parts.Board.Read().All(state => state.MeasuredAt < since || state.MeasuredAt >= at);

    public async ValueTask DisposeAsync()
    {
        _consents.ForEach(consent => consent.Dispose());
        if (_tso is not null)
        {
            await _tso.DisposeAsync();
        }

        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        _http?.Dispose();
    }

    // What a home can do it says itself; certified is what its connection carries.
    private static HomeOptions Describe(Home home, int index) => new()
    {
        Pod = PodCode.Parse($"IT001E{index + 1:00000000}"),
        Name = home.Household.Name,
        Member = home.Key.Address.ToMember(),
        UpWatts = home.Plan.Home.ConnectionWatts,
        DownWatts = home.Plan.Home.ConnectionWatts,
        RampWattsPerMinute = home.Plan.Home.ConnectionWatts,
        ConnectionWatts = 2 * home.Plan.Home.ConnectionWatts,
        UpAsk = default,
        DownAsk = default,
    };
}
