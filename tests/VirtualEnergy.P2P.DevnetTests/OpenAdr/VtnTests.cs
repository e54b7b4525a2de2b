using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.OpenAdr;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.OpenAdr;

/// <summary>The gateway's VTN as its clients have it: over HTTP, with Prism between that compares everything with OpenADR's own OpenAPI document.</summary>
public sealed class VtnTests : IAsyncLifetime
{
    // OpenADR 3.1.1 says of a VEN and a resource as answered that their objectType is VEN or RESOURCE (objectMetadata) and at once
    // BL_VEN_REQUEST or BL_RESOURCE_REQUEST (BlVenRequest, BlResourceRequest). No answer meets both; the User Guide's examples have the first.
    private const string Contradiction = "objectType must be equal to one of the allowed values";

    private readonly Channel<(string Token, string Body)> _told = Channel.CreateUnbounded<(string, string)>();
    private readonly List<VenReading> _readings = [];
    private readonly HttpClient _http = new();
    private WebApplication _app = null!;
    private GatewayHost _gateway = null!;
    private Vtn _vtn = null!;
    private PrismProxy _prism = null!;

    public async ValueTask InitializeAsync()
    {
        var document = RepositoryFiles.Shared("schemas/openadr/3.1.1/openadr3.yaml");
        _gateway = await GatewayHost.StartAsync(Options(), TimeProvider.System, TestContext.Current.CancellationToken);
        _vtn = _gateway.Parts.Parties.Vtn!;
        _vtn.Reported += _readings.Add;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapPost("/told", async (HttpRequest request) =>
            await _told.Writer.WriteAsync((request.Headers.Authorization.ToString(), await new StreamReader(request.Body).ReadToEndAsync())));
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _prism = await PrismProxy.StartAsync(document, new Uri(_gateway.PartiesAddress + "/openadr3"), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_prism is not null)
        {
            await _prism.DisposeAsync();
        }

        await _app.DisposeAsync();
        await _gateway.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Prism_does_find_what_is_wrong()
    {
        var token = await TokenAsync("business");
        var (status, _, violations) = await SendAsync(HttpMethod.Post, "/programs", token, """{"intervalPeriod":{}}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("programName", violations, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_goes_to_its_VEN_and_readings_come_back()
    {
        var business = await TokenAsync("business");
        var anna = await TokenAsync("anna");
        var bruno = await TokenAsync("bruno");
        await OkAsync(HttpMethod.Post, "/vens", business, """{"objectType":"BL_VEN_REQUEST","clientID":"anna","venName":"Casa Anna","targets":["anna"]}""", Contradiction);
        await OkAsync(HttpMethod.Post, "/subscriptions", anna,
            $$"""{"clientName":"Casa Anna","objectOperations":[{"objects":["EVENT"],"operations":["CREATE","DELETE"],"callbackUrl":"{{_app.Urls.Single()}}/told","bearerToken":"for-anna"}]}""");

        var start = new DateTimeOffset(2026, 6, 15, 18, 0, 0, TimeSpan.Zero);
        var order = _vtn.Put(new VenOrder("order-7", "anna", start, TimeSpan.FromMinutes(30), -1_500));

        var (bearer, told) = await _told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Hang.After, TestContext.Current.CancellationToken);
        Assert.Equal("Bearer for-anna", bearer);
        Assert.Equal(order, Parse(told).GetProperty("object").GetProperty("id").GetString());

        var read = Parse(await OkAsync(HttpMethod.Get, "/events?targets=anna", anna))[0];
        Assert.Equal("PT30M", read.GetProperty("intervalPeriod").GetProperty("duration").GetString());
        Assert.Equal(-1.5m, read.GetProperty("intervals")[0].GetProperty("payloads")[0].GetProperty("values")[0].GetDecimal());
        Assert.Equal(0, Parse(await OkAsync(HttpMethod.Get, "/events", bruno)).GetArrayLength());

        await OkAsync(HttpMethod.Post, "/reports", anna, $$"""
            {"eventID":"{{order}}","clientName":"Casa Anna","payloadDescriptors":[{"objectType":"REPORT_PAYLOAD_DESCRIPTOR","payloadType":"READING","units":"KW"}],
             "resources":[{"resourceName":"meter","intervalPeriod":{"start":"2026-06-15T18:00:00Z","duration":"PT4S"},"intervals":[{"id":0,"payloads":[{"type":"READING","values":[0.42]}]}]}]}
            """);
        Assert.Equal(new VenReading("anna", "meter", VenQuantity.Power, start, TimeSpan.FromSeconds(4), 420), Assert.Single(_readings));

        _vtn.Withdraw(order);
        var (_, gone) = await _told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Hang.After, TestContext.Current.CancellationToken);
        Assert.Equal("DELETE", Parse(gone).GetProperty("operation").GetString());
        Assert.Equal(0, Parse(await OkAsync(HttpMethod.Get, "/reports", anna)).GetArrayLength());
    }

    [Fact]
    public async Task Every_operation_answers_as_the_document_says()
    {
        var business = await TokenAsync("business");
        var anna = await TokenAsync("anna");
        await OkAsync(HttpMethod.Get, "/auth/server", null);
        await OkAsync(HttpMethod.Get, "/notifiers", anna);
        var program = await CreateAsync("/programs", business, """{"programName":"prices","programDescriptions":[{"URL":"https://example.org/prices"}]}""");
        var happening = await CreateAsync("/events", business, $$"""{"programID":"{{program}}","intervalPeriod":{"start":"2026-06-15T18:00:00Z","duration":"PT15M"},"intervals":[{"id":0,"payloads":[{"type":"PRICE","values":[0.21]}]}]}""");
        var ven = await CreateAsync("/vens", anna, """{"objectType":"VEN_VEN_REQUEST","venName":"Casa Anna"}""", Contradiction);
        var resource = await CreateAsync("/resources", anna, $$"""{"objectType":"VEN_RESOURCE_REQUEST","resourceName":"meter","venID":"{{ven}}"}""", Contradiction);
        var report = await CreateAsync("/reports", anna, $$"""{"eventID":"{{happening}}","clientName":"Casa Anna","resources":[{"resourceName":"meter","intervals":[]}]}""");
        var subscription = await CreateAsync("/subscriptions", anna, $$"""{"clientName":"Casa Anna","programID":"{{program}}","objectOperations":[]}""");

        (string Path, string Id, string Token, string Body, string Known)[] kinds =
        [
            ("/subscriptions", subscription, anna, """{"clientName":"Casa Anna","objectOperations":[],"targets":["anna"]}""", ""),
            ("/reports", report, anna, $$"""{"eventID":"{{happening}}","clientName":"Casa Anna","reportName":"second","resources":[]}""", ""),
            ("/resources", resource, anna, $$"""{"objectType":"VEN_RESOURCE_REQUEST","resourceName":"heater","venID":"{{ven}}"}""", Contradiction),
            ("/vens", ven, anna, """{"objectType":"VEN_VEN_REQUEST","venName":"Casa di Anna"}""", Contradiction),
            ("/events", happening, business, $$"""{"programID":"{{program}}","eventName":"moved"}""", ""),
            ("/programs", program, business, """{"programName":"tariffs"}""", ""),
        ];
        foreach (var (path, id, token, body, known) in kinds)
        {
            Assert.Equal(1, Parse(await OkAsync(HttpMethod.Get, path + "?skip=0&limit=10", token, known: known)).GetArrayLength());
            await OkAsync(HttpMethod.Get, $"{path}/{id}", token, known: known);
            await OkAsync(HttpMethod.Put, $"{path}/{id}", token, body, known);
            await OkAsync(HttpMethod.Delete, $"{path}/{id}", token, known: known);
            await RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, $"{path}/{id}", token);
            await RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Get, path + "?limit=51", token, mayViolate: true);
            await RefusedAsync(HttpStatusCode.Unauthorized, HttpMethod.Get, path, token: "forged", mayViolate: false);
        }

        await RefusedAsync(HttpStatusCode.Forbidden, HttpMethod.Post, "/programs", anna, """{"programName":"mine"}""");
        await RefusedAsync(HttpStatusCode.Conflict, HttpMethod.Post, "/events", business, """{"programID":"none"}""");
        await RefusedAsync(HttpStatusCode.BadRequest, HttpMethod.Post, "/programs", business, $$"""{"programName":"big","extra":"{{new string('x', 300_000)}}"}""");
        await RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/notifiers/mqtt/topics/programs", business);
    }

    private static GatewayOptions Options() => new()
    {
        Name = "test", Url = "http://127.0.0.1:0", Tso = new TsoLinkOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) },
        Parties = new PartiesOptions
        {
            Url = "http://127.0.0.1:0", OpenAdr = new OpenAdrOptions("/openadr3", [Credential("business", true), Credential("anna", false), Credential("bruno", false)], ["127.0.0.1"]),
        },
        Units =
        [
            new UnitOptions
            {
                Id = "UVAM-1", CommonAddress = 1, MinimumWatts = -1_000, MaximumWatts = 1_000,
                Customers =
                [
                    new CustomerOptions
                    {
                        Id = "c", Host = "127.0.0.1", Port = 1,
                        Homes = [new HomeOptions { Pod = PodCode.Parse("IT001E00000001"), Name = "Home", Member = new MemberId("m"), UpWatts = 1_000, DownWatts = 1_000, UpAsk = new Price(0), DownAsk = new Price(0) }],
                    },
                ],
            },
        ],
    };

    private static VtnCredential Credential(string id, bool business) =>
        new(new VtnClient(id, business), [.. SHA256.HashData(Encoding.UTF8.GetBytes("secret of " + id))]);

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;

    private async Task<string> TokenAsync(string client)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = client,
            ["client_secret"] = "secret of " + client,
        });
        using var answer = await _http.PostAsync(new Uri(_prism.Address, "/auth/token"), form, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, body);
        Assert.False(answer.Headers.Contains("sl-violations"), body);
        return Parse(body).GetProperty("access_token").GetString()!;
    }

    private async Task<string> CreateAsync(string path, string token, string body, string known = "") =>
        Parse(await OkAsync(HttpMethod.Post, path, token, body, known)).GetProperty("id").GetString()!;

    private async Task<string> OkAsync(HttpMethod method, string path, string? token, string? body = null, string known = "")
    {
        var (status, text, violations) = await SendAsync(method, path, token, body);
        Assert.True((int)status is 200 or 201, $"{method} {path}: {status} {text}");
        AssertNone($"{method} {path}", violations, known);
        return text;
    }

    private async Task RefusedAsync(HttpStatusCode expected, HttpMethod method, string path, string? token, string? body = null, bool mayViolate = false)
    {
        var (status, text, violations) = await SendAsync(method, path, token, body);
        Assert.True(status == expected, $"{method} {path}: {status} {text}");
        Assert.Equal((int)expected, Parse(text).GetProperty("status").GetInt32());
        if (!mayViolate)
        {
            AssertNone($"{method} {path}", violations, "");
        }
    }

    private static void AssertNone(string request, string violations, string known)
    {
        var left = violations.Length == 0 ? [] : Parse(violations).EnumerateArray().Select(violation => violation.GetProperty("message").GetString()!)
            .Where(message => known.Length == 0 || !message.Contains(known, StringComparison.Ordinal)).ToList();
        Assert.True(left.Count == 0, $"{request}: {string.Join("; ", left)}");
    }

    private async Task<(HttpStatusCode Status, string Body, string Violations)> SendAsync(HttpMethod method, string path, string? token, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_prism.Address, path));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            answer.Headers.TryGetValues("sl-violations", out var violations) ? string.Concat(violations) : "");
    }
}
