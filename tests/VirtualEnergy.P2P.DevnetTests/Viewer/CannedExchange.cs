using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Exchange.Viewer;

namespace VirtualEnergy.P2P.DevnetTests.Viewer;

/// <summary>A host that serves the real viewer over a snapshot that the test owns, with a real hub beside it.</summary>
public sealed class CannedExchange : IAsyncDisposable
{
    private readonly WebApplication _app;

    private CannedExchange(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <param name="snapshot">What <c>/api/snapshot</c> answers; read anew at every request.</param>
    /// <param name="port">0 for a free one.</param>
    public static async Task<CannedExchange> StartAsync(JsonObject snapshot, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddSignalR();
        var app = builder.Build();
        app.MapViewer(() => (string?)snapshot["community"]?["powerPlant"] is { } gateway ? new Uri(gateway) : null);
        app.MapGet("/api/snapshot", () => Results.Text(snapshot.ToJsonString(), "application/json"));
        app.MapHub<MarketHub>("/hub/market");
        await app.StartAsync();
        return new CannedExchange(app);
    }

    /// <summary>Sends one of the hub's messages to every page.</summary>
    public Task SendAsync(string message, JsonNode payload) =>
        _app.Services.GetRequiredService<IHubContext<MarketHub>>().Clients.All.SendAsync(message, payload);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class MarketHub : Hub;
}
