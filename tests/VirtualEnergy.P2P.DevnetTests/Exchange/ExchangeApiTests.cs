using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Exchange;

public sealed class ExchangeApiTests
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_API_tells_a_round_from_bid_to_block_and_the_hub_pushes_it()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.MeteredOptions with { Rounds = 1 }, TimeProvider.System, _cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
        await using var hub = new HubConnectionBuilder().WithUrl(exchange.ViewerAddress + "/hub/market").Build();
        var settled = new TaskCompletionSource<JsonElement>();
        hub.On<JsonElement>("round", round =>
        {
            if (round.GetProperty("settled").GetBoolean())
            {
                settled.TrySetResult(round);
            }
        });
        await hub.StartAsync(_cancellation);

        await using var buyer = await TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[0].Address.ToMember(), _cancellation);
        await using var seller = await TestNode.ConnectAsync(exchange.Broker, "test", community.Keys[1].Address.ToMember(), _cancellation);
        await buyer.UntilOpenAsync(TestCommunity.First, _cancellation);
        await buyer.AskAsync(community.Bid(0, TestCommunity.First), _cancellation);
        var book = await http.GetFromJsonAsync<JsonElement>("/api/book", _cancellation);
        Assert.Equal("[[250000,100]]", book.GetProperty("buy").GetRawText());
        await seller.AskAsync(community.Bid(1, TestCommunity.First), _cancellation);
        await community.Progress.NextAsync<RoundCleared>(_cancellation);
        await MeterAsync(community, buyer, 0, import: 400, export: 0, production: 0);
        await MeterAsync(community, seller, 1, import: 0, export: 300, production: 500);
        await exchange.Completion.WaitAsync(TestCommunity.Patience, _cancellation);

        var pushed = await settled.Task.WaitAsync(TestCommunity.Patience, _cancellation);
        Assert.Equal(TestCommunity.First.Index, pushed.GetProperty("period").GetInt64());
        var round = await http.GetFromJsonAsync<JsonElement>($"/api/rounds/{TestCommunity.First}", _cancellation);
        Assert.Equal(2, round.GetProperty("bids").GetArrayLength());
        Assert.Equal("mined", round.GetProperty("settlement").GetProperty("state").GetString());
        Assert.Equal(pushed.GetProperty("transaction").GetString(), round.GetProperty("settlement").GetProperty("transaction").GetString());

        var snapshot = await http.GetFromJsonAsync<JsonElement>("/api/snapshot", _cancellation);
        string[] parts = ["community", "now", "book", "rounds", "trades", "members", "flows", "chain"];
        Assert.Equal(parts, snapshot.EnumerateObject().Select(part => part.Name));
        Assert.Equal(20_000, snapshot.GetProperty("trades")[0].GetProperty("amountMicroEur").GetInt64()); // 100 Wh at 200 000 µEUR/kWh
        // 100 Wh at the spread of 300 000 − 80 000 µEUR/kWh are 22 000 µEUR for both together.
        Assert.Equal(new Money(22_000), exchange.Summary().Savings);
        Assert.Equal(300, snapshot.GetProperty("flows").GetProperty("importWh").GetInt64()); // 400 − 100 traded
    }

    [Fact]
    public async Task Bad_questions_get_a_problem_that_names_the_parameter()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, _cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
        await ProblemAsync(http, "/api/rounds?limit=0", HttpStatusCode.BadRequest, "limit");
        await ProblemAsync(http, "/api/rounds?limit=501", HttpStatusCode.BadRequest, "limit");
        await ProblemAsync(http, "/api/rounds?from=-1", HttpStatusCode.BadRequest, "from");
        await ProblemAsync(http, "/api/rounds/7", HttpStatusCode.NotFound, "period");
        await ProblemAsync(http, "/api/members/anna", HttpStatusCode.BadRequest, "id");
        await ProblemAsync(http, $"/api/members/{community.Contract.Address}", HttpStatusCode.NotFound, "id");
        await ProblemAsync(http, "/api/trades?limit=61", HttpStatusCode.BadRequest, "limit");
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/api/rounds?limit=many", _cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/api/nothing", _cancellation)).StatusCode);
        Assert.Equal("[]", (await http.GetFromJsonAsync<JsonElement>("/api/rounds", _cancellation)).GetProperty("rounds").GetRawText());
        Assert.Equal("null", await http.GetStringAsync("/api/book", _cancellation));
    }

    [Fact]
    public async Task The_OpenAPI_document_lists_every_endpoint()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var exchange = await ExchangeHost.StartAsync(community.Options, TimeProvider.System, _cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
        var document = await http.GetFromJsonAsync<JsonElement>("/openapi/v1.json", _cancellation);
        string[] expected =
        [
            "/api/book", "/api/chain", "/api/deviations/{period}", "/api/flows", "/api/market", "/api/members", "/api/members/{id}", "/api/members/{id}/funds", "/api/members/{id}/funds/history",
            "/api/members/{id}/mandate", "/api/members/{id}/statement", "/api/members/{id}/suggestions", "/api/reservations", "/api/reservations/{period}", "/api/rounds", "/api/rounds/{period}", "/api/snapshot", "/api/trades", "/health",
        ];
        Assert.Equal(expected, document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Rounds_go_on_while_the_broker_is_away_and_health_says_so()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        await using var broker = new EmbeddedBroker(
            new EmbeddedBrokerOptions { Community = "test", ExchangePassword = "secret", Port = OwnPort.Next() }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        await broker.StartAsync();
        var options = community.Options with
        {
            Broker = new BrokerOptions { External = broker.Address, Password = "secret" },
            Gate = new LockstepGateOptions { Timeout = TimeSpan.FromMilliseconds(300) },
        };
        await using var exchange = await ExchangeHost.StartAsync(options, TimeProvider.System, _cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(exchange.ViewerAddress) };
        Assert.Equal("healthy", await HealthAsync(http, HttpStatusCode.OK));

        await broker.StopAsync();
        Assert.Equal("unhealthy", await HealthAsync(http, HttpStatusCode.ServiceUnavailable));
        var before = await community.Progress.NextAsync<RoundCleared>(_cancellation);
        var after = await community.Progress.NextAsync<RoundCleared>(_cancellation);
        Assert.Equal(before.Period.Next, after.Period);

        await broker.StartAsync();
        Assert.Equal("healthy", await HealthAsync(http, HttpStatusCode.OK));
        await using var node = await TestNode.ConnectAsync(broker.Address, "test", community.Keys[0].Address.ToMember(), _cancellation);
        var receipt = await node.AskAsync(community.Bid(0, TestCommunity.First.Previous), _cancellation);
        Assert.Equal("gate-closed", receipt.Reason);
    }

    [Fact]
    public async Task A_busy_port_is_named()
    {
        await using var community = await TestCommunity.StartAsync(homes: 2, _cancellation);
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        var port = ((IPEndPoint)occupant.LocalEndpoint).Port;
        var api = await Assert.ThrowsAsync<ExchangeStartException>(() => ExchangeHost.StartAsync(
            community.Options with { Url = $"http://127.0.0.1:{port}" }, TimeProvider.System, _cancellation));
        Assert.Contains($":{port}", api.Message, StringComparison.Ordinal);
        var broker = await Assert.ThrowsAsync<ExchangeStartException>(() => ExchangeHost.StartAsync(
            community.Options with { Broker = new BrokerOptions { Port = port } }, TimeProvider.System, _cancellation));
        Assert.Contains($":{port}", broker.Message, StringComparison.Ordinal);
    }

    // The document follows the broker with a delay; it is asked until it says so, or patience ends.
    private async Task<string> HealthAsync(HttpClient http, HttpStatusCode expected)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var answer = await http.GetAsync("/health", _cancellation);
            if (answer.StatusCode == expected || TimeProvider.System.GetElapsedTime(start) > TestCommunity.Patience)
            {
                Assert.Equal(expected, answer.StatusCode);
                return (await answer.Content.ReadFromJsonAsync<JsonElement>(_cancellation)).GetProperty("status").GetString()!;
            }
        }
    }

    private async Task ProblemAsync(HttpClient http, string path, HttpStatusCode status, string parameter)
    {
        using var answer = await http.GetAsync(path, _cancellation);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(parameter, (await answer.Content.ReadFromJsonAsync<JsonElement>(_cancellation)).GetProperty("parameter").GetString());
    }

    private Task MeterAsync(TestCommunity community, TestNode node, int home, long import, long export, long production)
    {
        var metered = new MeteredEnergy(node.Member, TestCommunity.First, 1, new Energy(import), new Energy(export), new Energy(production), Energy.Zero, Energy.Zero);
        var signature = new MeterReadingSigning(community.Domain).Sign(metered, community.Keys[home]);
        return node.SendAsync(
            new MeterReading(metered.Member, metered.Period, metered.Number, metered.Import, metered.Export, metered.Production, metered.Charge, metered.Discharge, signature), _cancellation);
    }
}
