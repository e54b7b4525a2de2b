using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using VirtualEnergy.P2P.BspGateway.Uftp;

namespace VirtualEnergy.P2P.BspGateway.Hosting;

/// <summary>Serves grid operators and virtual end nodes at an address of their own: neither pages nor the gateway's API are there.</summary>
internal sealed class PartiesHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PartiesHost(WebApplication app) => (_app, Address) = (app, app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First().TrimEnd('/'));

    /// <summary>Where it is, without a slash at the end.</summary>
    public string Address { get; }

    /// <exception cref="GatewayStartException">It cannot listen there.</exception>
    public static async Task<PartiesHost> StartAsync(GatewayOptions options, PartiesParts parts, ILoggerFactory logging, CancellationToken cancellation)
    {
        var parties = options.Parties;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(PartiesHost).Assembly.GetName().Name });
        builder.WebHost.UseKestrelHttpsConfiguration().UseUrls(parties.Url).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (parties.Certificate is { } certificate)
            {
                kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate);
            }
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(logging);
        var app = builder.Build();
        if (parties.OpenAdr is { } openAdr)
        {
            parts.Vtn!.Map(app, openAdr.Path);
        }

        if (parts.Trader is { } trader)
        {
            app.MapUftp(trader.Mailbox, trader.Receive, _ => { });
        }

        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception failure)
        {
            await app.DisposeAsync();
            throw failure is IOException or SocketException or InvalidOperationException
                ? new GatewayStartException($"The gateway cannot listen on {parties.Url}: {failure.Message} Choose another port in Bsp:Parties:Url, or 0 for a free one.", failure) : failure;
        }

        parts.Trader?.Start();
        return new PartiesHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
