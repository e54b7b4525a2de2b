using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;

namespace VirtualEnergy.P2P.DevnetTests.Cheating;

/// <summary>What an exchange publishes of its rounds, in the exchange's own shapes, and as the test would have it.</summary>
internal sealed class PublishedOverHttp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<long, byte[]> _rounds = new();
    private readonly ConcurrentDictionary<long, byte[]> _meterings = new();

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
        app.MapGet("/api/rounds/{period:long}", (long period) => Answer(published._rounds, period));
        app.MapGet("/api/deviations/{period:long}", (long period) => Answer(published._meterings, period));
        await app.StartAsync();
        return published;
    }

    public void Publish(PublishedRound round) => Publish(round.Period, PublishedRounds.JsonOf(round));

    public void Publish(PublishedMetering metering) => _meterings[metering.Period.Index] = PublishedMeterings.JsonOf(metering);

    public void Publish(Period period, byte[] content) => _rounds[period.Index] = content;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static IResult Answer(ConcurrentDictionary<long, byte[]> published, long period) =>
        published.TryGetValue(period, out var content) ? Results.Bytes(content, "application/json") : Results.NotFound();
}
