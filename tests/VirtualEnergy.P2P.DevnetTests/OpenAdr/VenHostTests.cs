using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Api;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Live;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.DevnetTests.Uftp;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.OpenAdr;

/// <summary>A third party's end node at the gateway's own host, over https: it knows OpenADR, its secret and the host's certificate, and nothing else.</summary>
public sealed class VenHostTests : IAsyncLifetime
{
    private const string Pod = "IT001E00000001";
    private const string Token = "a token for tests";

    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly HttpClient _operator = new();
    private GatewayHost _gateway = null!;
    private HttpClient _ven = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gateway = await GatewayHost.StartAsync(Options(), TimeProvider.System, Cancellation);
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown!.Thumbprint == _certificate.Thumbprint };
        _ven = new HttpClient(handler) { BaseAddress = new Uri(_gateway.PartiesAddress + "/openadr3/") };
        _operator.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public async ValueTask DisposeAsync()
    {
        _ven.Dispose();
        _operator.Dispose();
        await _gateway.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task An_end_node_reports_is_asked_by_an_event_and_what_it_then_does_is_seen()
    {
        await LogInAsync();

        // It finds itself, and an event that asks for reports and for nothing else.
        Assert.Equal("Casa Anna", Assert.Single(await ListAsync("vens")).GetProperty("venName").GetString());
        var reporting = Assert.Single(await ListAsync("events"));
        Assert.False(reporting.TryGetProperty("intervals", out _));
        var report = await ReportAsync(HttpMethod.Post, "reports", reporting, 1.5m);
        await UftpBed.UntilAsync(async () => await HomeAsync() is { IsAvailable: true, MeasuredWatts: 1_500, UpWatts: 1_200 });

        // Nothing was sold: orders are bound by what is certified. It is ramped, so that what is asked at first is little.
        using var ordered = await _operator.PostAsJsonAsync(_gateway.Address + "/api/orders", new OrderMessage("order-1", "UVAM-1", "regulation", -1_000), Cancellation);
        Assert.Equal(HttpStatusCode.Created, ordered.StatusCode);
        var asked = 0m;
        await UftpBed.UntilAsync(async () => (asked = (await ListAsync("events")).Where(one => one.TryGetProperty("intervals", out _)).Select(Power).FirstOrDefault()) < 0);
        await ReportAsync(HttpMethod.Put, $"reports/{report.GetProperty("id").GetString()}", reporting, 0.7m);
        await UftpBed.UntilAsync(async () => await HomeAsync() is { MeasuredWatts: 700, BaselineWatts: 1_500, SetPointWatts: < 0 });
    }

    [Fact]
    public async Task Whoever_does_not_know_the_certificate_or_speaks_plainly_is_not_served()
    {
        using var stranger = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(new Uri(_gateway.PartiesAddress + "/openadr3/auth/server"), Cancellation));
        await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync(new Uri(_gateway.PartiesAddress!.Replace("https", "http", StringComparison.Ordinal) + "/openadr3/auth/server"), Cancellation));
        using var known = await _ven.GetAsync(new Uri("auth/server", UriKind.Relative), Cancellation);
        Assert.StartsWith("https://", (await known.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("tokenURL").GetString(), StringComparison.Ordinal);
    }

    private static decimal Power(JsonElement asked) => asked.GetProperty("intervals")[0].GetProperty("payloads")[0].GetProperty("values")[0].GetDecimal();

    private async Task LogInAsync()
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "anna", ["client_secret"] = "secret of anna" });
        using var answer = await _ven.PostAsync(new Uri("auth/token", UriKind.Relative), form, Cancellation);
        answer.EnsureSuccessStatusCode();
        _ven.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("access_token").GetString());
    }

    private async Task<List<JsonElement>> ListAsync(string what) => [.. (await _ven.GetFromJsonAsync<JsonElement>(new Uri(what, UriKind.Relative), Cancellation)).EnumerateArray()];

    private async Task<JsonElement> ReportAsync(HttpMethod method, string path, JsonElement to, decimal kilowatts)
    {
        var start = DateTime.UtcNow.AddSeconds(-4).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var body = string.Create(CultureInfo.InvariantCulture, $$"""
            {"eventID":"{{to.GetProperty("id").GetString()}}","clientName":"Casa Anna",
             "payloadDescriptors":[{"objectType":"REPORT_PAYLOAD_DESCRIPTOR","payloadType":"READING","units":"KW"},{"objectType":"REPORT_PAYLOAD_DESCRIPTOR","payloadType":"UP_REGULATION_AVAILABLE","units":"KW"}],
             "resources":[{"resourceName":"meter","intervalPeriod":{"start":"{{start}}","duration":"PT4S"},
               "intervals":[{"id":0,"payloads":[{"type":"READING","values":[{{kilowatts}}]},{"type":"UP_REGULATION_AVAILABLE","values":[1.2]}]}]}]}
            """);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await _ven.SendAsync(request, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
    }

    private async Task<HomeView> HomeAsync() => Assert.Single((await _operator.GetFromJsonAsync<CustomerView>(_gateway.Address + "/api/customers/vens", Cancellation))!.Homes);

    private GatewayOptions Options() => new()
    {
        Name = "test", Url = "http://127.0.0.1:0", OrderToken = Token, OrdersWithoutOffers = true, Cycle = TimeSpan.FromSeconds(1), Stale = TimeSpan.FromMinutes(10),
        Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
        Parties = new PartiesOptions
        {
            Url = "https://127.0.0.1:0", Certificate = _certificate,
            OpenAdr = new OpenAdrOptions("/openadr3", [new VtnCredential(new VtnClient("anna", Business: false), [.. SHA256.HashData("secret of anna"u8)])], []),
        },
        Units =
        [
            new UnitOptions
            {
                Id = "UVAM-1", CommonAddress = 1, MinimumWatts = -6_000, MaximumWatts = 6_000,
                Customers =
                [
                    new CustomerOptions
                    {
                        Id = "vens", IsOpenAdr = true,
                        Homes =
                        [
                            new HomeOptions
                            {
                                Pod = PodCode.Parse(Pod), Name = "Casa Anna", Member = new MemberId("anna"), Ven = "anna", UpWatts = 3_000, DownWatts = 3_000, ConnectionWatts = 6_000,
                                UpAsk = new Price(0), DownAsk = new Price(0),
                            },
                        ],
                    },
                ],
            },
        ],
    };

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
