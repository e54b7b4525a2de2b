using System.Collections.Immutable;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Api;
using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Metering;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Exchange.Viewer;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>A running exchange: broker, rounds, settlement, API and viewer. In a process of its own, or inside another one.</summary>
public sealed class ExchangeHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ExchangeParts _parts;

    private ExchangeHost(WebApplication app, ExchangeParts parts)
    {
        (_app, _parts) = (app, parts);
        Completion = CompleteAsync(app.Lifetime.ApplicationStopping);
    }

    /// <summary>Where the viewer and the API are: <c>http://127.0.0.1:8080</c>, without a slash at the end.</summary>
    public string ViewerAddress { get; private set; } = "";

    /// <summary>The broker that nodes connect to.</summary>
    public BrokerAddress Broker => _parts.BrokerAddress;

    /// <summary>The embedded broker's port, or the external one's.</summary>
    public int BrokerPort => Broker.Port;

    public ulong ChainId => _parts.Chain.ChainId;

    /// <summary>
    /// Done when every planned round is cleared and settled, the readings of the last ones have come or a short grace is
    /// over, and the deviations that can be settled are. Never where no end is planned. Cancelled when the exchange stops first; fails with <see cref="SettlementStoppedException"/> where the
    /// rounds are cleared and will not be settled.
    /// </summary>
    public Task Completion { get; }

    /// <summary>Checks everything, then starts. What was started is stopped again if something fails.</summary>
    /// <exception cref="ExchangeStartException">It cannot start as configured; the message is for the user.</exception>
    public static async Task<ExchangeHost> StartAsync(ExchangeOptions options, TimeProvider time, CancellationToken cancellation)
    {
        ExchangeOptionsCheck.Check(options);
        var parts = await ExchangeParts.OpenAsync(options, time, cancellation);
        WebApplication? app = null;
        try
        {
            app = Build(options, parts, time);
            var host = new ExchangeHost(app, parts);
            await host.StartAsync(options, cancellation);
            return host;
        }
        catch
        {
            await StopAsync(app, parts);
            throw;
        }
    }

    /// <summary>What the run came to so far; complete once <see cref="Completion"/> is done.</summary>
    public ExchangeSummary Summary()
    {
        var services = _app.Services;
        var totals = services.GetRequiredService<RoundHistory>().Totals;
        var accounts = services.GetRequiredService<CommunityAccounts>();
        var ledger = services.GetRequiredService<FundsLedger>();
        var shares = accounts.SelfSufficiency() ?? default;
        return new ExchangeSummary(
            totals.Rounds, totals.Bids, totals.Trades, totals.Traded, totals.Settled, totals.Gas, totals.GasPerTrade, totals.PriceMin,
            totals.PriceMean, totals.PriceMax, Math.Max(0, shares.Without), Math.Max(0, shares.With), accounts.Savings(),
            services.GetRequiredService<ExchangeOptions>().Payees.ToImmutableSortedDictionary(payee => payee, ledger.OnChain));
    }

    /// <summary>Returns when the exchange was told to stop: Ctrl-C or a termination signal.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    public async ValueTask DisposeAsync() => await StopAsync(_app, _parts);

    private static WebApplication Build(ExchangeOptions options, ExchangeParts parts, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(ExchangeHost).Assembly.GetName().Name });
        builder.WebHost.UseKestrelHttpsConfiguration().UseUrls(options.Url);
        builder.AddExchangeLogging(options.Log);
        builder.Services.AddExchange(options, parts, time);
        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapOpenApi();
        app.MapMarketApi();
        app.MapFundsApi();
        app.MapReservations();
        app.MapHealth();
        app.MapHub<MarketHub>(MarketHub.Path);
        app.MapViewer(options.PowerPlant);
        return app;
    }

    private async Task StartAsync(ExchangeOptions options, CancellationToken cancellation)
    {
        var services = _app.Services;
        services.GetRequiredService<FundsLedger>().Observe(_parts.Chain.Balances);
        services.GetRequiredService<JournalReplay>().Run(_parts.LastSettled);
        services.GetRequiredService<SettlementWorker>().StartAfter(_parts.LastSettled);
        foreach (var deviations in services.GetRequiredService<JournalReplay>().RunDeviations())
        {
            services.GetRequiredService<MeteredSettler>().Enqueue(deviations);
        }

        services.GetRequiredService<FundsWatch>().TellAll();

        await services.GetRequiredService<ExchangeLink>().StartAsync(cancellation);
        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (IOException failure)
        {
            throw new ExchangeStartException($"The exchange cannot listen on {options.Url}: {failure.Message} Choose another port in Exchange:Url, or 0 for a free one.", failure);
        }
        catch (SocketException failure)
        {
            throw new ExchangeStartException($"The exchange cannot listen on {options.Url}: {failure.Message}. Check Exchange:Url.", failure);
        }

        var addresses = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        ViewerAddress = addresses.Addresses.First().TrimEnd('/');
    }

    private async Task CompleteAsync(CancellationToken stopping)
    {
        var services = _app.Services;
        var options = services.GetRequiredService<ExchangeOptions>();
        await services.GetRequiredService<RoundClock>().AllCleared.WaitAsync(stopping);
        await services.GetRequiredService<SettlementWorker>().AllSettled.WaitAsync(stopping);
        var graceIsOver = services.GetRequiredService<TimeProvider>().GetUtcNow() + options.MeteringGrace;
        await services.GetRequiredService<MeterDesk>().WaitForReadingsAsync(options.MeteringGrace, stopping);
        await services.GetRequiredService<DeviationClock>().CloseBeforeAsync(new Period(long.MaxValue), graceIsOver, stopping);
        services.GetRequiredService<SettlementWorker>().CompleteMetered();
        await services.GetRequiredService<SettlementWorker>().AllMetered.WaitAsync(stopping);
    }

    private static async Task StopAsync(WebApplication? app, ExchangeParts parts)
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        await parts.DisposeAsync();
    }
}
