using System.Net;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Devnet.Tso;

namespace VirtualEnergy.P2P.Benchmarks.Gateway;

/// <summary>The real gateway between simulated homes and a simulated system operator, all in this process, over TCP on loopback.</summary>
internal sealed class GatewayBed : IAsyncDisposable
{
    private readonly SimulatedCustomers _customers;
    private readonly HttpClient _http = new();

    private GatewayBed(SimulatedCustomers customers, GatewayHost gateway, UnitOptions unit)
    {
        (_customers, Gateway, Unit) = (customers, gateway, unit);
        Tso = new SimulatedTso(gateway.TsoEndPoint.Port, _http, [unit], TimeProvider.System, TimeProvider.System);
    }

    public GatewayHost Gateway { get; }

    public UnitOptions Unit { get; }

    public SimulatedTso Tso { get; }

    /// <param name="isAtOnce">Orders have no ramp, so that the first set-points are the whole order.</param>
    public static async Task<GatewayBed> StartAsync(int homes, int customers, bool isAtOnce, CancellationToken stop)
    {
        var cycle = TimeSpan.FromSeconds(4);
        var simulated = new SimulatedCustomers(new TsoDemoOptions { Homes = homes, Customers = customers }, cycle, TimeProvider.System, TimeProvider.System);
        var unit = new UnitOptions { Id = "UVAM-SARD-1", CommonAddress = 1, MinimumWatts = -20_000L * homes, MaximumWatts = 20_000L * homes, Customers = simulated.Describe() };
        var profile = ShippedProfiles.Get(ShippedProfiles.ItalianMsd);
        var gateway = await GatewayHost.StartAsync(
            new GatewayOptions
            {
                Name = "bench", Url = "http://127.0.0.1:0", Units = [unit], Cycle = cycle, OrdersWithoutOffers = true, ReservePermille = 0,
                Profile = isAtOnce ? profile with { RampSeconds = 0, PreparationSeconds = 0, SizeStep = 1 } : profile,
                Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
            },
            TimeProvider.System, stop);
        var bed = new GatewayBed(simulated, gateway, unit);
        await bed.Tso.StartedAsync(stop);
        while (gateway.Parts.Units[0].Now.FreshHomes < homes)
        {
            await Task.Delay(200, stop);
        }

        return bed;
    }

    public async ValueTask DisposeAsync()
    {
        await Tso.DisposeAsync();
        await Gateway.DisposeAsync();
        await _customers.DisposeAsync();
        _http.Dispose();
    }
}
