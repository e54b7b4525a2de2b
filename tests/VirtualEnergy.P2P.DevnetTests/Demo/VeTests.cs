using System.Text.Json;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary><c>ve</c> as a member uses it, beside a running community of three homes that has settled two periods.</summary>
public sealed class VeTests(KeptDemo demo) : IClassFixture<KeptDemo>, IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Status_shows_the_market_from_the_brokers_address_alone()
    {
        await using var status = DemoProcess.Ve(NoEnvironment, "status", "--broker", demo.Broker, "--json");
        Assert.Equal(0, await status.ExitAsync());
        var answer = JsonSerializer.Deserialize<JsonElement>(status.Output[^1]);
        Assert.Equal("sardinia", answer.GetProperty("community").GetString());
        Assert.Equal(31337, answer.GetProperty("chainId").GetInt32());
        Assert.Equal(3, answer.GetProperty("nodes").EnumerateArray().Count(node => node.GetProperty("online").GetBoolean()));
        Assert.True(answer.GetProperty("lastPeriod").GetInt64() > 0);
    }

    [Fact]
    public async Task Doctor_finds_a_running_market_healthy_and_a_missing_one_not()
    {
        await using var doctor = DemoProcess.Ve(NoEnvironment, "doctor", "--broker", demo.Broker, "--journal", Path.Combine(_folder.FullName, "journal.db"), "--json");
        Assert.Equal(0, await doctor.ExitAsync());
        var answer = JsonSerializer.Deserialize<JsonElement>(doctor.Output[^1]);
        Assert.True(answer.GetProperty("healthy").GetBoolean());
        Assert.Equal(["secp256k1", "journal", "disk", "broker"], answer.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("what").GetString()));

        await using var alone = DemoProcess.Ve(NoEnvironment, "doctor", "--broker", "mqtt://127.0.0.1:1", "--rpc", "http://127.0.0.1:1", "--wait", "1");
        Assert.Equal(1, await alone.ExitAsync());
        Assert.Contains(alone.Output, line => line.StartsWith("fail  broker", StringComparison.Ordinal));
        Assert.Contains(alone.Output, line => line.StartsWith("fail  chain", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_statement_is_a_table_or_json_and_ends_at_the_chains_balance()
    {
        await using var traded = DemoProcess.Demo("--headless", "--homes", "4", "--fast", "--periods", "50", "--mechanism", "huang", "--keep");
        await traded.LineAsync("stays at");
        var viewer = (await traded.LineAsync("viewer ")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].TrimEnd('/');
        using var http = new HttpClient();
        using var members = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{viewer}/api/members"), TestContext.Current.CancellationToken));
        var member = members.RootElement[0].GetProperty("id").GetString()!;
        await using var table = DemoProcess.Ve(NoEnvironment, "statement", "--exchange", viewer, "--member", member);
        Assert.Equal(0, await table.ExitAsync());
        Assert.Contains(table.Output, line => line.Contains("closing balance", StringComparison.Ordinal));
        Assert.Contains(table.Output, line => line.Contains("deviation, by reading", StringComparison.Ordinal));

        await using var json = DemoProcess.Ve(NoEnvironment, "statement", "--exchange", viewer, "--member", member, "--json");
        Assert.Equal(0, await json.ExitAsync());
        var answer = JsonSerializer.Deserialize<JsonElement>(json.Output[^1]);
        Assert.Equal(answer.GetProperty("chainMicroEur").GetInt64(), answer.GetProperty("closingMicroEur").GetInt64());

        await using var stranger = DemoProcess.Ve(NoEnvironment, "statement", "--exchange", viewer, "--member", "0x" + new string('9', 40));
        Assert.Equal(2, await stranger.ExitAsync());
        Assert.Contains("is not a member", Assert.Single(stranger.Errors), StringComparison.Ordinal);
        await using var nobody = DemoProcess.Ve(NoEnvironment, "statement", "--exchange", "http://127.0.0.1:1", "--member", member);
        Assert.Equal(2, await nobody.ExitAsync());
        Assert.Contains("does not answer", Assert.Single(nobody.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dispute_is_answered_and_one_of_no_reading_refused()
    {
        using var http = new HttpClient();
        using var rounds = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{demo.Viewer}/api/rounds"), TestContext.Current.CancellationToken));
        var period = $"{rounds.RootElement.GetProperty("rounds")[0].GetProperty("period").GetInt64()}";
        var key = new Dictionary<string, string> { ["VE_KEY"] = Convert.ToHexStringLower(Devnet.DevnetChain.HomeKey(seed: 1, home: 0).ToBytes()) };
        await using var dispute = DemoProcess.Ve(key, "dispute", "--broker", demo.Broker, "--period", period);
        Assert.Equal(0, await dispute.ExitAsync());
        Assert.Contains("is disputed", dispute.Output[^1], StringComparison.Ordinal);

        await using var missing = DemoProcess.Ve(key, "dispute", "--broker", demo.Broker, "--period", period, "--number", "7");
        Assert.Equal(1, await missing.ExitAsync());
        Assert.Contains("no-such-reading", missing.Output[^1], StringComparison.Ordinal);
        await using var wrong = DemoProcess.Ve(key, "dispute", "--broker", demo.Broker, "--period", "-1");
        Assert.Equal(2, await wrong.ExitAsync());
        Assert.Single(wrong.Errors);
    }

    [Fact]
    public async Task A_node_that_was_told_only_broker_and_key_joins_and_says_so()
    {
        var config = Path.Combine(_folder.FullName, "home.json");
        await File.WriteAllTextAsync(config, $$"""{ "broker": "{{demo.Broker}}", "household": { "homes": 1 } }""", TestContext.Current.CancellationToken);
        await using var node = DemoProcess.Ve(new Dictionary<string, string> { ["VE_KEY"] = new string('1', 64) }, "node", "run", "--config", config);
        await node.LineAsync("takes part in sardinia");
        node.Signal(System.Runtime.InteropServices.PosixSignal.SIGTERM);
        Assert.Equal(0, await node.ExitAsync());
    }

    [Fact]
    public async Task A_wallet_is_made_once_and_opened_with_its_password()
    {
        var wallet = Path.Combine(_folder.FullName, "anna.json");
        var environment = new Dictionary<string, string> { ["VE_PASSWORD"] = "correct horse" };
        await using var create = DemoProcess.Ve(environment, "wallet", "new", "--file", wallet, "--json");
        Assert.Equal(0, await create.ExitAsync());
        await using var show = DemoProcess.Ve(environment, "wallet", "show", "--file", wallet, "--json");
        Assert.Equal(0, await show.ExitAsync());
        Assert.Equal(create.Output[^1], show.Output[^1]);

        await using var wrong = DemoProcess.Ve(new Dictionary<string, string> { ["VE_PASSWORD"] = "wrong" }, "wallet", "show", "--file", wallet);
        Assert.Equal(2, await wrong.ExitAsync());
        Assert.Contains("password", Assert.Single(wrong.Errors), StringComparison.Ordinal);
        await using var again = DemoProcess.Ve(environment, "wallet", "new", "--file", wallet);
        Assert.Equal(2, await again.ExitAsync());
        Assert.Contains("never overwritten", Assert.Single(again.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Market_clear_answers_as_documented()
    {
        var book = Path.Combine(_folder.FullName, "book.json");
        await File.WriteAllTextAsync(
            book, """{"orders":[{"id":"b","side":"bid","actor":"anna","price":0.25,"qty":1.5},{"id":"o","side":"offer","actor":"bice","price":0.1,"qty":2}]}""", TestContext.Current.CancellationToken);
        await using var clear = DemoProcess.Ve(NoEnvironment, "market", "clear", book, "--json");
        Assert.Equal(0, await clear.ExitAsync());
        Assert.Equal(
            """{"volume":1.5,"price":0.1,"priceLow":0.1,"priceHigh":0.1,"surplus":0.225,"fills":{"b":1.5,"o":1.5},"trades":[{"buy":"b","sell":"o","qty":1.5,"price":0.1}],"rejected":[]}""",
            Assert.Single(clear.Output));
    }

    [Fact]
    public async Task Market_curve_answers_as_documented()
    {
        // 500 W are wanted up to 0.1; at 0.2 it is 200, of 400 offered. 1 + 500/700 steps of 0.1; the seller's start at 0.2 is
        // shared down to what is wanted.
        var file = Path.Combine(_folder.FullName, "cluster.json");
        await File.WriteAllTextAsync(
            file,
            """{"marketBasis":{"priceSteps":5,"minimumPrice":0,"maximumPrice":0.4},"bids":[[500,500,200,200,0],{"points":[[0.1,0],[0.3,-800]]},[1,2,0,0,0]],"targetDemand":0}""",
            TestContext.Current.CancellationToken);
        await using var curve = DemoProcess.Ve(NoEnvironment, "market", "curve", file, "--json");
        Assert.Equal(0, await curve.ExitAsync());
        Assert.Equal(
            """{"price":0.171428571428571,"priceIndex":2,"aggregated":[500,500,-200,-600,-800],"rejected":[{"index":2,"reason":"increasing"}],"allocations":[200,-200,null],"boundary":0}""",
            Assert.Single(curve.Output));
    }

    [Fact]
    public async Task Lab_replay_compares_mechanisms_and_writes_what_was_asked_for()
    {
        var html = Path.Combine(_folder.FullName, "lab.html");
        var tables = Path.Combine(_folder.FullName, "tables");
        string[] arguments = ["lab", "replay", "--homes", "6", "--to", "2026-04-15", "--mechanisms", "uniform,muda", "--html", html, "--csv", tables, "--parquet", tables];
        await using var table = DemoProcess.Ve(NoEnvironment, [.. arguments, "--members"]);
        Assert.Equal(0, await table.ExitAsync());
        Assert.StartsWith("6 homes, 2026-04-15, 96 periods; generated, seed 1", table.Output[0], StringComparison.Ordinal);
        Assert.Contains(table.Output, line => line.Contains("welfare of the optimum", StringComparison.Ordinal));
        Assert.Contains(table.Output, line => line.Contains("Home 06", StringComparison.Ordinal));
        Assert.Equal(
            ["members.csv", "members.parquet", "periods.csv", "periods.parquet", "summary.csv", "summary.parquet"],
            Directory.GetFiles(tables).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("ve lab replay --homes 6 --to 2026-04-15 --mechanisms uniform,muda<", await File.ReadAllTextAsync(html, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await using var json = DemoProcess.Ve(NoEnvironment, [.. arguments[..8], "--json"]);
        Assert.Equal(0, await json.ExitAsync());
        using var result = System.Text.Json.JsonDocument.Parse(Assert.Single(json.Output));
        Assert.Equal(["supplier-only", "uniform", "muda"], result.RootElement.GetProperty("summary").EnumerateArray().Select(line => line.GetProperty("mechanism").GetString()));
    }

    [Fact]
    public async Task Lab_replay_that_is_stopped_leaves_no_file()
    {
        var html = Path.Combine(_folder.FullName, "lab.html");
        await using var replay = DemoProcess.Ve(NoEnvironment, "lab", "replay", "--homes", "100", "--from", "2026-01-01", "--to", "2026-12-31", "--html", html);
        await replay.LineAsync("Replaying 100 homes");
        Assert.Single(_folder.GetFiles());
        replay.Signal(System.Runtime.InteropServices.PosixSignal.SIGINT);
        Assert.Equal(130, await replay.ExitAsync());
        Assert.Equal("Stopped; nothing was written.", replay.Errors[^1]);
        Assert.Empty(_folder.GetFiles());
    }

    [Theory]
    [InlineData("nonsense", "nonsense")]
    [InlineData("lab replay --mechanisms vickrey", "--mechanisms vickrey: there is uniform")]
    [InlineData("lab replay --data /nowhere", "/nowhere: There is no such folder")]
    [InlineData("market curve /nowhere.csv", "/nowhere.csv: cannot be read")]
    [InlineData("market curve - --floor 5 --ceiling 1", "--floor 5 is above --ceiling 1")]
    [InlineData("market clear /nowhere.json", "/nowhere.json: cannot be read")]
    [InlineData("node run --config /nowhere.json", "/nowhere.json: cannot be read")]
    [InlineData("status --broker energy", "mqtt://host:1883")]
    [InlineData("doctor --rpc energy", "--rpc energy: write http://host:8545")]
    [InlineData("status --broker mqtt://127.0.0.1:1 --wait 1", "showed no market within 1 s")]
    public async Task A_mistake_is_one_clear_line_and_exit_code_2(string arguments, string expected)
    {
        await using var ve = DemoProcess.Ve(NoEnvironment, arguments.Split(' '));
        Assert.Equal(2, await ve.ExitAsync());
        Assert.Contains(expected, Assert.Single(ve.Errors), StringComparison.Ordinal);
    }
}
