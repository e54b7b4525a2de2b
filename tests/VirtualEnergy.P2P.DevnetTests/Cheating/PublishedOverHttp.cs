using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Publishing;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>What an exchange publishes of its rounds, in the exchange's own shapes, and as the test would have it.</summary>
internal sealed class PublishedOverHttp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<long, byte[]> _rounds = new();

    private PublishedOverHttp(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public static async Task<PublishedOverHttp> StartAsync(MarketDescription market)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var published = new PublishedOverHttp(app);
        app.MapGet("/api/market", () => Results.Bytes(WireFormat.Write(market), "application/json"));
        app.MapGet("/api/rounds/{period:long}", (long period) => published._rounds.TryGetValue(period, out var round) ? Results.Bytes(round, "application/json") : Results.NotFound());
        await app.StartAsync();
        return published;
    }

    public void Publish(PublishedRound round) => Publish(round.Period, PublishedRounds.JsonOf(round));

    public void Publish(Period period, byte[] content) => _rounds[period.Index] = content;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
