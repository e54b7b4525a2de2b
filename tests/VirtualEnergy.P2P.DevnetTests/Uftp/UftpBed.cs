using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Operation;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.BspGateway.Uftp.Trading;
using VirtualEnergy.P2P.Devnet.Dso;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Uftp;

/// <summary>
/// The gateway's host and a simulated grid operator over loopback, with a clock that the test moves in cycles of a minute and homes that do
/// what they are asked. It begins a minute before the baselines of Wednesday, 2026-12-02, are frozen.
/// </summary>
internal sealed class UftpBed : IAsyncDisposable
{
    public const string Unit = "UVAM-1";
    public const string Meter = "E0871685900012636";
    public const string Token = "a token for tests";
    public static readonly DateOnly Day = new(2026, 12, 2);
    private const string Aggregator = "agr.example.org";
    private static readonly ImmutableArray<byte> Key = [.. Enumerable.Range(0, 32).Select(at => (byte)at)];

    private readonly UftpOptions _uftp;
    private readonly CoordinationScheme _scheme;
    private readonly long _watts;

    private UftpBed(SimulatedDso dso, FakeTimeProvider time, string folder, CoordinationScheme scheme, long watts, ImmutableArray<AwardedCompetition> contracts)
    {
        (Dso, Time, Folder, _scheme, _watts) = (dso, time, folder, scheme, watts);
        _uftp = new UftpOptions(
            Aggregator, Key, [new UftpParticipant(dso.Domain, UftpRole.DSO, dso.PublicKey, dso.Endpoint)], [new CongestionPointOptions(dso.CongestionPoint, Unit, dso.Domain, Meter)], contracts);
    }

    public SimulatedDso Dso { get; }

    public FakeTimeProvider Time { get; }

    public string Folder { get; }

    public GatewayHost Gateway { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public GridTrader Trader => Gateway.Parts.Parties.Trader!;

    /// <summary>Where a grid operator posts.</summary>
    public Uri Endpoint => new(Gateway.PartiesAddress + UftpEndpoints.Path);

    /// <summary>Homes that do not do what they are asked, by their place.</summary>
    public HashSet<int> Deaf { get; } = [];

    /// <param name="watts">What each of the two homes can give upwards; they use 40 kW each.</param>
    public static async Task<UftpBed> StartAsync(CoordinationScheme scheme = CoordinationScheme.Local, long watts = 60_000, ImmutableArray<AwardedCompetition> contracts = default)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 12, 1, 15, 0, 0, TimeSpan.Zero));
        var dso = await SimulatedDso.StartAsync("dso.example.org", "ean.871685900012636543", [.. Enumerable.Range(100, 32).Select(at => (byte)at)], time, TestContext.Current.CancellationToken);
        var bed = new UftpBed(dso, time, Directory.CreateTempSubdirectory("uftp").FullName, scheme, watts, contracts.IsDefault ? [] : contracts);
        await bed.StartGatewayAsync();
        for (var home = 1; home <= 2; home++)
        {
            Assert.Null(bed.Gateway.Parts.Books.Propose(Pod(home), new MarketDay(Day), [.. Enumerable.Repeat(new Energy(10_000), 96)], time.GetUtcNow()));
        }

        await bed.JumpAsync(new DateTimeOffset(2026, 12, 1, 15, 48, 0, TimeSpan.Zero)); // and a minute on: 16:49 by the clock on the wall
        return bed;
    }

    /// <summary>Starts the gateway on what the one before has kept.</summary>
    public async Task StartGatewayAsync()
    {
        Gateway = await GatewayHost.StartAsync(
            new GatewayOptions
            {
                Name = "test", Url = "http://127.0.0.1:0", OrderToken = Token, DataFolder = Folder, Cycle = TimeSpan.FromMinutes(1), Stale = TimeSpan.FromSeconds(150), Profile = ShippedProfiles.Get(ShippedProfiles.ItalianMsd) with { TelemetrySeconds = 60 }, FeePermille = 0, ReservePermille = 0,
                // Each home is trusted to deliver with 90 %, both with 81 %: enough at a confidence of half, so all power is firm.
                Policy = new OfferPolicy { ConfidencePermille = 500 }, OfferHours = (new TimeOnly(19, 0), new TimeOnly(20, 0)),
                Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
                Parties = new PartiesOptions { Url = "http://127.0.0.1:0", Coordination = CoordinationRules.Of(_scheme), Uftp = _uftp },
                Units = [new UnitOptions { Id = Unit, CommonAddress = 1, MinimumWatts = -2_000_000, MaximumWatts = 2_000_000, Customers = [new CustomerOptions { Id = "c", Host = "127.0.0.1", Port = 1, Homes = [Home(1), Home(2)] }] }],
            },
            Time, TestContext.Current.CancellationToken);
        Http = new HttpClient { BaseAddress = new Uri(Gateway.Address) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Dso.Meet(Aggregator, SealedMessage.WriteKey(SealedMessage.PublicKeyOf(Key.AsSpan())), Endpoint);
        Measure();
        // Until its clock runs: a step that is made before would never be seen.
        await UntilAsync(async () =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, TestContext.Current.CancellationToken); // or much time goes by before a busy machine gets to it
            return Gateway.Parts.Clock.Last is not null;
        });
        await DoneAsync(Gateway.Parts.Clock.Last!.Value);
        Measure();
    }

    public async Task StopGatewayAsync()
    {
        await Gateway.DisposeAsync();
        Http.Dispose();
    }

    /// <summary>The programs of 40 kW for each home are frozen; the grid operator is told.</summary>
    public async Task<DPrognosis> FreezeAsync()
    {
        return await StepUntilAsync<DPrognosis>(prognosis => prognosis.Period == Day);
    }

    /// <summary>Goes on minute by minute until a message comes.</summary>
    public async Task<T> StepUntilAsync<T>(Func<T, bool> isIt)
        where T : UftpMessage
    {
        await UntilAsync(async () =>
        {
            if (Dso.Received.OfType<T>().Any(isIt))
            {
                return true;
            }

            await StepAsync();
            await DeliveredAsync();
            return false;
        });
        return Dso.Received.OfType<T>().First(isIt);
    }

    /// <summary>A minute goes by, and the homes do what they were asked for at its beginning.</summary>
    public async Task StepAsync()
    {
        Time.Advance(TimeSpan.FromMinutes(1));
        Measure();
        await DoneAsync(Time.GetUtcNow());
        Measure();
    }

    // With all that was planned in the cycle: a cycle that begins while a plan is still made plans nothing, and so a gate could close unplanned.
    private Task DoneAsync(DateTimeOffset instant) => UntilAsync(() => Gateway.Parts.Clock.Last >= instant && Gateway.Parts.IsDone(instant));

    // A message is given up when an hour of the simulation has gone by: on a busy machine that must not be while it is under way. One that waits to be sent again needs time to go on.
    private async Task DeliveredAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        while (Trader.Undelivered > 0 && TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(2))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Time goes on to an instant, at once.</summary>
    public async Task JumpAsync(DateTimeOffset to)
    {
        Time.Advance(to - Time.GetUtcNow());
        Measure();
        await DoneAsync(Time.GetUtcNow() - TimeSpan.FromMinutes(1));
        await StepAsync();
    }

    public async Task StepUntilAsync(DateTimeOffset until)
    {
        while (Time.GetUtcNow() < until)
        {
            await StepAsync();
        }
    }

    /// <summary>Waits until it is so, and fails when it is not after a while.</summary>
    public static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Hang.After);
        while (!await isSo())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopGatewayAsync();
        await Dso.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static PodCode Pod(int number) => PodCode.Parse($"IT001E{number:00000000}");

    private HomeOptions Home(int number) => new()
    {
        Pod = Pod(number), Name = $"Home {number}", Member = new MemberId($"m{number}"), UpWatts = _watts, DownWatts = _watts, RampWattsPerMinute = 1_000_000, ConnectionWatts = 2_000_000,
        UpAsk = new Price(100_000), DownAsk = new Price(0),
    };

    private void Measure()
    {
        var asked = Gateway.Parts.Units[0].Asked().ToDictionary(home => home.Home, home => home.Watts);
        for (var home = 0; home < 2; home++)
        {
            var shift = Deaf.Contains(home) ? 0 : asked.GetValueOrDefault(home);
            Gateway.Parts.Board.Change(home, _ => new HomeState(Time.GetUtcNow(), 40_000 + shift, 40_000, _watts, 0, IsAvailable: true, shift));
        }
    }
}
