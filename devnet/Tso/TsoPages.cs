using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;

namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>The simulated system operator's page and its few endpoints, on loopback: whoever reaches them can send orders.</summary>
internal sealed class TsoPages : IAsyncDisposable
{
    private static readonly ImmutableArray<string> Kinds = ["regulation", "revocation", "limitation", "lift"];
    private static readonly ImmutableArray<string> Ways = ["IEC 104", "HTTP"];

    private readonly WebApplication _app;

    private TsoPages(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<TsoPages> StartAsync(SimulatedTso tso, ImmutableArray<UnitOptions> units, Uri aggregator, int port, TimeProvider time, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(TsoPages).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddSignalR();
        builder.Services.AddProblemDetails();
        var app = builder.Build();
        app.MapPages(typeof(TsoPages).Assembly);
        app.MapPages(typeof(GatewayHost).Assembly, "index.html", "main.js", "customer.html", "customer.js");
        app.MapGet("/api/snapshot", () => new
        {
            Name = "Simulated TSO",
            Time = time.GetUtcNow(),
            Aggregator = aggregator,
            Units = tso.Units(),
            Orders = tso.Orders.Read(),
            Links = Links(tso, aggregator),
        });
        app.MapPost("/api/commands", (TsoWish wish, CancellationToken stop) => AskAsync(tso, units, wish, stop));
        app.MapHub<TsoHub>(TsoHub.Path);
        var hub = app.Services.GetRequiredService<IHubContext<TsoHub>>();
        tso.OnTick = tick => _ = hub.Clients.All.SendAsync("tick", tick with { Parts = new { Links = Links(tso, aggregator) } }, CancellationToken.None);
        tso.OnOrders = () => _ = hub.Clients.All.SendAsync("orders", tso.Orders.Read(), CancellationToken.None);
        await app.StartAsync(cancellation);
        return new TsoPages(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static LinkView[] Links(SimulatedTso tso, Uri aggregator)
    {
        var between = tso.Between;
        var note = between.Longest > TimeSpan.Zero ? FormattableString.Invariant($"{tso.Sets} sets, {between.Shortest.TotalSeconds:0.000} to {between.Longest.TotalSeconds:0.000} s apart") : $"{tso.Sets} sets of measurements";
        return [new LinkView("Aggregator", tso.IsUp, note, aggregator.ToString())];
    }

    private static async Task<IResult> AskAsync(SimulatedTso tso, ImmutableArray<UnitOptions> units, TsoWish wish, CancellationToken stop)
    {
        var fault = !units.Any(unit => unit.Id == wish.Unit) ? $"There is no unit '{wish.Unit}'."
            : !Kinds.Contains(wish.Kind) ? $"'kind' is one of {string.Join(", ", Kinds)}."
            : !Ways.Contains(wish.Way) ? $"'way' is one of {string.Join(", ", Ways)}."
            : Math.Abs((decimal)wish.Watts) > 1_000_000_000 ? "'watts' is at most 1 GW either way."
            : wish.HoldSeconds is < 1 or > 86_400 ? "'holdSeconds' is 1 to 86400."
            : null;
        return fault is null ? Results.Ok(await tso.AskAsync(wish, stop)) : Results.Problem(fault, statusCode: StatusCodes.Status400BadRequest);
    }

    /// <summary>Where browsers listen; it only speaks.</summary>
    private sealed class TsoHub : Hub
    {
        public const string Path = "/hub/tso";
    }
}
