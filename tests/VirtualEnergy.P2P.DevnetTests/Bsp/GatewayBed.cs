using System.Net;
using System.Net.Http.Headers;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.Devnet.Tso;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Bsp;

/// <summary>The real gateway between simulated homes and the simulated system operator, in cycles of a fifth of a second.</summary>
internal sealed class GatewayBed : IAsyncDisposable
{
    public const string Unit = "UVAM-SARD-1";
    public const string Token = "a token for tests";

    private GatewayBed(SimulatedCustomers customers, GatewayHost gateway, HttpClient http, SimulatedTso tso, UnitOptions unit) =>
        (Customers, Gateway, Http, Tso, Options) = (customers, gateway, http, tso, unit);

    public SimulatedCustomers Customers { get; }

    public GatewayHost Gateway { get; }

    /// <summary>To the gateway, with its token.</summary>
    public HttpClient Http { get; }

    public SimulatedTso Tso { get; }

    public UnitOptions Options { get; }

    public UnitNow Now => Gateway.Parts.Units[0].Now;

    /// <param name="isAtOnce">Orders have no ramp.</param>
    /// <param name="viewer">Origin of a viewer that may read at the gateway.</param>
    /// <param name="stale">After so long without a word a home counts as gone; null for longer than any machine is busy.</param>
    /// <param name="customerPort">Puts something between the gateway and the first customer: gets the customer's port, gives the one to connect to.</param>
    /// <param name="tsoPort">The same between system operator and gateway.</param>
    public static async Task<GatewayBed> StartAsync(
        int homes = 12, int customers = 2, bool isAtOnce = true, Func<int, int>? customerPort = null, Func<int, int>? tsoPort = null, string? viewer = null, TimeSpan? stale = null)
    {
        var stop = TestContext.Current.CancellationToken;
        var cycle = TimeSpan.FromMilliseconds(200);
        var simulated = new SimulatedCustomers(new TsoDemoOptions { Homes = homes, Customers = customers }, cycle, TimeProvider.System, TimeProvider.System);
        var described = simulated.Describe();
        described = customerPort is null ? described : described.SetItem(0, described[0] with { Port = customerPort(described[0].Port) });
        var unit = new UnitOptions { Id = Unit, CommonAddress = 5, MinimumWatts = -1_000_000, MaximumWatts = 1_000_000, Customers = described };
        var profile = ShippedProfiles.Get(ShippedProfiles.ItalianMsd) with { SizeStep = 1 };
        var gateway = await GatewayHost.StartAsync(
            new GatewayOptions
            {
                Name = "Borgo Solare", Url = "http://127.0.0.1:0", OrderToken = Token, Units = [unit], Cycle = cycle, Stale = stale ?? Hang.After, OrdersWithoutOffers = true,
                Viewers = viewer is null ? [] : [viewer],
                Profile = isAtOnce ? profile with { RampSeconds = 0 } : profile, Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
            },
            TimeProvider.System, stop);
        var http = new HttpClient { BaseAddress = new Uri(gateway.Address) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var port = tsoPort?.Invoke(gateway.TsoEndPoint.Port) ?? gateway.TsoEndPoint.Port;
        var bed = new GatewayBed(simulated, gateway, http, new SimulatedTso(port, http, [unit], TimeProvider.System, TimeProvider.System), unit);
        await bed.Tso.StartedAsync(stop);
        await UntilAsync(() => bed.Now.FreshHomes == homes && bed.Now.UpWatts > 0 && bed.Tso.Sets > 0);
        return bed;
    }

    public Task<OrderView> AskAsync(string kind, long watts, string way = "IEC 104") =>
        Tso.AskAsync(new TsoWish(Unit, kind, watts, way), TestContext.Current.CancellationToken);

    /// <summary>Waits until the orders, newest first, are so far: the book is written at the end of a cycle, after powers.</summary>
    public Task UntilOrdersAreAsync(params string[] states) => UntilAsync(() => Gateway.Parts.Orders.Read().Select(order => order.State).SequenceEqual(states));

    /// <summary>Waits until it is so, and fails when it is not after a while.</summary>
    public static async Task UntilAsync(Func<bool> isSo)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Hang.After);
        while (!isSo())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Tso.DisposeAsync();
        await Gateway.DisposeAsync();
        await Customers.DisposeAsync();
        Http.Dispose();
    }
}
