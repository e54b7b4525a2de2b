using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using VirtualEnergy.P2P.Node.S2.Connect;

namespace VirtualEnergy.P2P.DevnetTests.S2;

/// <summary>A device that is a server of pairing itself and has its code on a label; written from the specification of S2 Connect 1.0, with no code of the manager's.</summary>
internal sealed class LabelledDevice : IAsyncDisposable
{
    private const string Attempt = "attempt-0123456789abcdef0123456789";

    private readonly WebApplication _app;
    private readonly NodeDescription _self;
    private readonly byte[] _token;
    private readonly byte[] _leaf;
    private readonly byte[] _challenge = RandomNumberGenerator.GetBytes(64);

    private LabelledDevice(WebApplication app, NodeDescription self, string code, X509Certificate2 certificate) =>
        (_app, _self, _token, _leaf) = (app, self, Convert.FromBase64String(code), certificate.GetCertHash(HashAlgorithmName.SHA256));

    public Uri Pairing { get; private set; } = new("https://localhost/");

    /// <summary>What the manager has told it of sessions, and confirmed.</summary>
    public Details? Told { get; private set; }

    /// <summary>Whether it fails when everything is told.</summary>
    public bool IsBroken { get; set; }

    public static async Task<LabelledDevice> StartAsync(NodeDescription self, string code, X509Certificate2 certificate, CancellationToken stop)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging().AddRoutingCore();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(new IPEndPoint(IPAddress.Loopback, 0), options => options.UseHttps(certificate)));
        var app = builder.Build();
        var device = new LabelledDevice(app, self, code, certificate);
        app.UseRouting();
        app.MapGet("/pairing/", context => context.Response.WriteAsJsonAsync(new[] { "v1", "v2" }, stop));
        app.MapPost("/pairing/v1/requestPairing", device.RequestAsync);
        app.MapPost("/pairing/v1/postConnectionDetails", device.PostAsync);
        app.MapPost("/pairing/v1/finalizePairing", device.FinalizeAsync);
        await app.StartAsync(stop);
        device.Pairing = new Uri(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), "/pairing/");
        return device;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task RequestAsync(HttpContext context)
    {
        var request = (await context.Request.ReadFromJsonAsync<JsonObject>())!;
        var refused = request["clientNodeDescription"]!["role"]!.GetValue<string>() != "CEM" ? "InvalidCombinationOfRoles" : null;
        context.Response.StatusCode = refused is null ? 200 : 400;
        await context.Response.WriteAsJsonAsync(refused is not null ? (object)new { errorMessage = refused } : new
        {
            pairingAttemptId = Attempt,
            serverNodeDescription = new { id = _self.Id, brand = _self.Brand, type = _self.Type, modelName = _self.ModelName, role = "RM" },
            serverEndpointDescription = new { deployment = "LAN" },
            selectedHmacHashingAlgorithm = "SHA256",
            clientHmacChallengeResponse = HMACSHA256.HashData(Convert.FromBase64String(request["clientHmacChallenge"]!.GetValue<string>()), (byte[])[.. _token, .. _leaf]),
            serverHmacChallenge = _challenge,
        });
    }

    private async Task PostAsync(HttpContext context)
    {
        var request = (await context.Request.ReadFromJsonAsync<JsonObject>())!;
        var expected = HMACSHA256.HashData(_challenge, (byte[])[.. _token, .. _leaf]);
        context.Response.StatusCode = context.Request.Headers.Authorization != $"Bearer {Attempt}" ? 401
            : !Convert.FromBase64String(request["serverHmacChallengeResponse"]!.GetValue<string>()).AsSpan().SequenceEqual(expected) ? 403 : 204;
        var details = request["connectionDetails"]!;
        Told = context.Response.StatusCode != 204 ? null : new Details(
            new Uri(details["initiateSessionUrl"]!.GetValue<string>()), details["accessToken"]!.GetValue<string>(),
            Convert.ToHexString(Convert.FromBase64String(details["certificateFingerprint"]!["SHA256"]!.GetValue<string>())));
    }

    private async Task FinalizeAsync(HttpContext context)
    {
        var request = (await context.Request.ReadFromJsonAsync<JsonObject>())!;
        context.Response.StatusCode = IsBroken ? 500 : 204;
        Told = IsBroken || !request["success"]!.GetValue<bool>() ? null : Told;
    }

    /// <param name="Fingerprint">SHA-256, hexadecimal.</param>
    public sealed record Details(Uri Sessions, string AccessToken, string Fingerprint);
}
