using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VirtualEnergy.P2P.BspGateway.Api;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.Payments;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>A running gateway: links, operation, API and pages. In a process of its own, or inside another one.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GatewayParts _parts;
    private readonly CancellationTokenSource _stop = new();
    private PartiesHost? _parties;
    private Task _operating = Task.CompletedTask;

    private GatewayHost(WebApplication app, GatewayParts parts) => (_app, _parts) = (app, parts);

    /// <summary>Where pages and API are, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Where the system operator's station connects to.</summary>
    public IPEndPoint TsoEndPoint => _parts.Tso.EndPoint!;

    /// <summary>Where grid operators and virtual end nodes are served, without a slash at the end; null where nobody is.</summary>
    public string? PartiesAddress => _parties?.Address;

    internal GatewayParts Parts => _parts;

    /// <summary>Checks everything, then starts. What was started is stopped again if something fails.</summary>
    /// <param name="time">The market's clock: cycles, orders, measurements.</param>
    /// <param name="links">The clock of links' time-outs, where the market's is simulated; the same otherwise.</param>
    /// <exception cref="GatewayStartException">It cannot start as configured; the message is for the user.</exception>
    public static async Task<GatewayHost> StartAsync(GatewayOptions options, TimeProvider time, CancellationToken cancellation, TimeProvider? links = null)
    {
        GatewayOptionsCheck.Check(options);
        var app = Build(options, time, links ?? time, out var parts);
        var host = new GatewayHost(app, parts);
        try
        {
            await host.StartAsync(options, cancellation);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on the homes of communities are asked for their headroom over so many spans only; working it out is most of what they do for the gateway.</summary>
    public void AskForSpans(int spans)
    {
        foreach (var community in _parts.Customers.OfType<Community.CommunityLink>())
        {
            community.AskForSpans(spans);
        }
    }

    /// <summary>Returns when the gateway was told to stop: Ctrl-C or a termination signal.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellation) => _app.WaitForShutdownAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _operating;
        if (_parties is not null)
        {
            await _parties.DisposeAsync();
        }

        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private static WebApplication Build(GatewayOptions options, TimeProvider time, TimeProvider links, out GatewayParts parts)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(GatewayHost).Assembly.GetName().Name });
        builder.WebHost.UseKestrelHttpsConfiguration().UseUrls(options.Url);
        builder.Logging.ClearProviders();
        if (options.Log == "json")
        {
            builder.Logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        }
        else if (options.Log == "text")
        {
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        }

        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddOpenApi().AddProblemDetails().AddCors().AddSignalR();
        builder.Services.AddSingleton<GatewayFeed>().AddSingleton(options).AddSingleton(time).AddSingleton(provider => new GatewayParts(
            options, time, provider.GetRequiredService<GatewayFeed>(), provider.GetRequiredService<ILoggerFactory>(), links));
        builder.Services.AddSingleton(provider => new GatewayViews(options, provider.GetRequiredService<GatewayParts>()));
        var app = builder.Build();
        parts = app.Services.GetRequiredService<GatewayParts>();
        app.Services.GetRequiredService<GatewayFeed>().ReadFrom(app.Services.GetRequiredService<GatewayViews>());
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        if (!options.Viewers.IsEmpty)
        {
            app.UseCors(policy => policy.WithOrigins([.. options.Viewers]).WithMethods(HttpMethods.Get));
        }

        app.MapOpenApi();
        app.MapGatewayApi();
        app.MapOrders();
        app.MapPlanning();
        app.MapParties();
        app.MapPayments();
        app.MapHub<BspHub>(BspHub.Path);
        app.MapPages(typeof(GatewayHost).Assembly);
        return app;
    }

    private async Task StartAsync(GatewayOptions options, CancellationToken cancellation)
    {
        try
        {
            _parts.Tso.Start();
        }
        catch (SocketException failure)
        {
            throw new GatewayStartException($"The gateway cannot listen for the system operator on {options.Tso.Listen}: {failure.Message}. Choose another port in Bsp:Tso:Listen.", failure);
        }

        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw new GatewayStartException($"The gateway cannot listen on {options.Url}: {failure.Message} Choose another port in Bsp:Url, or 0 for a free one.", failure);
        }

        Address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/');
        _parties = options.Parties.IsServed ? await PartiesHost.StartAsync(options, _parts.Parties, _app.Services.GetRequiredService<ILoggerFactory>(), cancellation) : null;
        foreach (var customer in _parts.Customers)
        {
            customer.Start();
        }

        _operating = Task.WhenAll(
            Task.Run(() => _parts.Clock.RunAsync(_stop.Token), CancellationToken.None),
            Task.Run(() => _parts.Payments?.RunAsync(_stop.Token) ?? Task.CompletedTask, CancellationToken.None));
    }
}
