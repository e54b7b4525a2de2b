using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Statements;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>End to end: the demo as a user runs it, from households to settled blocks.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_same_seed_gives_the_same_market_and_every_euro_is_accounted_for()
    {
        string[] arguments = ["--headless", "--fast", "--json", "--periods", "8", "--homes", "10", "--seed", "1"];
        var first = await SummaryAsync(arguments);
        var second = await SummaryAsync(arguments);

        foreach (var name in (string[])["bids", "trades", "tradedWh", "priceMin", "priceMean", "priceMax", "savingsMicroEur", "contract"])
        {
            Assert.Equal(first.GetProperty(name).ToString(), second.GetProperty(name).ToString());
        }

        Assert.Equal(8, first.GetProperty("periods").GetInt32());
        Assert.Equal(8, first.GetProperty("settledRounds").GetInt32());
        Assert.Equal(80, first.GetProperty("bids").GetInt32()); // ten homes, eight periods, one bid each
        Assert.Equal((8, 8, 0), (first.GetProperty("meteredPeriods").GetInt32(), first.GetProperty("settledDeviations").GetInt32(), first.GetProperty("estimates").GetInt32()));
        Assert.Equal(31337, first.GetProperty("chainId").GetInt32());

        // 10 homes × 200 EUR were paid in; trades only move money between them.
        Assert.Equal(2_000_000_000, first.GetProperty("escrowMicroEur").GetInt64());
        Assert.Equal(2_000_000_000, first.GetProperty("balancesMicroEur").GetInt64());
    }

    [Fact]
    public async Task A_day_of_a_community_trades_inside_the_suppliers_prices_and_makes_it_more_self_sufficient()
    {
        var summary = await SummaryAsync("--headless", "--fast", "--json");
        Assert.Equal(96, summary.GetProperty("settledRounds").GetInt32());
        Assert.Equal((96, 0), (summary.GetProperty("meteredPeriods").GetInt32(), summary.GetProperty("estimates").GetInt32()));
        Assert.True(summary.GetProperty("trades").GetInt32() > 0);
        Assert.InRange(summary.GetProperty("priceMin").GetInt64(), 90_000, 280_000);
        Assert.InRange(summary.GetProperty("priceMax").GetInt64(), 90_000, 280_000);
        Assert.True(summary.GetProperty("selfSufficiencyWith").GetDouble() > summary.GetProperty("selfSufficiencyWithout").GetDouble());
        Assert.True(summary.GetProperty("savingsMicroEur").GetInt64() > 0);
        Assert.True(summary.GetProperty("gasPerTrade").GetDouble() > 0);
    }

    /// <summary>Real nodes on real profiles: what each is told of her account ends at what the chain has of it.</summary>
    [Fact]
    public async Task Every_homes_statement_ends_at_her_balance_on_the_chain()
    {
        await using var demo = DemoProcess.Demo("--headless", "--fast", "--json", "--periods", "60", "--homes", "8", "--mechanism", "huang", "--keep");
        var summary = JsonSerializer.Deserialize<JsonElement>(await demo.LineAsync("\"settledRounds\""));
        Assert.Equal(60, summary.GetProperty("settledDeviations").GetInt32());
        Assert.True(summary.GetProperty("balancedWh").GetInt64() > 0);
        using var http = new HttpClient { BaseAddress = new Uri((await demo.LineAsync("The viewer stays at ")).Split(' ', ';')[4]) };
        var members = await http.GetFromJsonAsync<JsonElement>("/api/members", TestContext.Current.CancellationToken);
        Assert.Equal(8, members.GetArrayLength());
        foreach (var member in members.EnumerateArray().Select(member => member.GetProperty("id").GetString()))
        {
            var statement = Statement.Read(await http.GetByteArrayAsync($"/api/members/{member}/statement", TestContext.Current.CancellationToken));
            Assert.Null(statement.FirstError());
            Assert.All(statement.Lines, line => Assert.NotNull(line.Block));
            Assert.Equal(60, statement.Lines.Count(line => line.Kind == "deviation"));
        }
    }

    [Theory]
    [InlineData("data/hamlet", "2021-03-20")]
    [InlineData("data/rebase_gse_community", "2014-10-03")]
    public async Task Measured_households_trade_at_the_sardinian_price(string data, string day)
    {
        var prices = RepositoryFiles.Shared("data/zonal_2022/it_zonal_prices_2022_hourly.csv");
        var summary = await SummaryAsync(
            "--headless", "--fast", "--json", "--data", RepositoryFiles.Shared(data), "--prices", prices, "--from", day, "--periods", "60");
        Assert.Equal(60, summary.GetProperty("settledRounds").GetInt32());
        Assert.True(summary.GetProperty("tradedWh").GetInt64() > 0);
        Assert.Equal(summary.GetProperty("escrowMicroEur").GetInt64(), summary.GetProperty("balancesMicroEur").GetInt64());
    }

    [Theory]
    [InlineData("pay-as-bid")]
    [InlineData("huang")]
    [InlineData("muda")]
    [InlineData("continuous")]
    [InlineData("curve")]
    public async Task A_community_settles_by_every_mechanism_and_every_euro_is_accounted_for(string mechanism)
    {
        var summary = await SummaryAsync("--headless", "--fast", "--json", "--periods", "48", "--homes", "10", "--mechanism", mechanism);
        Assert.Equal(48, summary.GetProperty("settledRounds").GetInt32());
        Assert.True(summary.GetProperty("tradedWh").GetInt64() > 0);

        // 10 homes × 200 EUR; what huang and muda take in lies in the community's account, which is among the balances.
        Assert.Equal(2_000_000_000, summary.GetProperty("escrowMicroEur").GetInt64());
        Assert.Equal(2_000_000_000, summary.GetProperty("balancesMicroEur").GetInt64());
    }

    /// <summary>12 homes stand in two zones. 12 × 200 EUR; fees and congestion rent lie in the two accounts.</summary>
    [Fact]
    public async Task Where_place_matters_trades_have_fees_and_an_origin()
    {
        await using var demo = DemoProcess.Demo("--headless", "--fast", "--json", "--periods", "60", "--homes", "12", "--zones", "--keep");
        var summary = JsonSerializer.Deserialize<JsonElement>(await demo.LineAsync("\"settledRounds\""));
        Assert.Equal(60, summary.GetProperty("settledRounds").GetInt32());
        Assert.Equal(2_400_000_000, summary.GetProperty("escrowMicroEur").GetInt64());
        Assert.Equal(2_400_000_000, summary.GetProperty("balancesMicroEur").GetInt64());

        using var http = new HttpClient();
        var viewer = (await demo.LineAsync("The viewer stays at ")).Split(' ', ';')[4];
        using var snapshot = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{viewer}/api/snapshot"), TestContext.Current.CancellationToken));
        var zones = snapshot.RootElement.GetProperty("members").EnumerateArray().ToDictionary(member => member.GetProperty("id").GetString()!, member => member.GetProperty("zone").GetString());
        var trades = snapshot.RootElement.GetProperty("trades").EnumerateArray().ToList();
        Assert.Contains(trades, trade => trade.GetProperty("quality").EnumerateArray().Any(word => word.GetString() == "green"));
        foreach (var trade in trades)
        {
            var isLocal = zones[trade.GetProperty("buyer").GetString()!] == zones[trade.GetProperty("seller").GetString()!];
            Assert.Equal(isLocal, trade.GetProperty("quality").EnumerateArray().Any(word => word.GetString() == "local"));
            Assert.Equal(isLocal ? 0 : 10_000, trade.GetProperty("gridFeeMicroEurPerKWh").GetInt64());
        }
    }

    [Theory]
    [InlineData]
    [InlineData("--zones")]
    public async Task Nodes_in_processes_of_their_own_trade_as_those_in_one(params string[] options)
    {
        string[] arguments = ["--headless", "--fast", "--json", "--periods", "3", "--homes", "3", "--seed", "5", .. options];
        var together = await SummaryAsync(arguments);
        var apart = await SummaryAsync([.. arguments, "--processes"]);
        foreach (var name in (string[])["bids", "trades", "tradedWh", "savingsMicroEur"])
        {
            Assert.Equal(together.GetProperty(name).ToString(), apart.GetProperty(name).ToString());
        }
    }

    [Fact]
    public async Task Progress_names_period_price_volume_block_and_gas()
    {
        var (exitCode, demo) = await DemoProcess.RunAsync("--headless", "--fast", "--periods", "2", "--homes", "4");
        await using (demo)
        {
            Assert.Equal(0, exitCode);
            var heading = Assert.Single(demo.Output, line => line.Contains("period", StringComparison.Ordinal) && line.Contains("ct/kWh", StringComparison.Ordinal) && line.Contains("block", StringComparison.Ordinal));
            Assert.Contains("gas", heading, StringComparison.Ordinal);
            Assert.Contains(demo.Output, line => line.TrimStart().StartsWith("2/2", StringComparison.Ordinal));
            Assert.Contains(demo.Output, line => line.Contains("rounds settled", StringComparison.Ordinal) && line.Contains("2 of 2", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("--bogus", "'--bogus' is not known")]
    [InlineData("--periods 0", "--periods 0")]
    [InlineData("--homes 1001", "1 to 1000")]
    [InlineData("--speed 0.5", "--speed")]
    [InlineData("--data /nowhere", "there is no such folder")]
    [InlineData("--prices /nowhere.csv", "there is no such file")]
    [InlineData("--from yesterday", "yesterday")]
    public async Task A_wrong_option_is_one_clear_line_and_exit_code_2(string arguments, string expected)
    {
        var (exitCode, demo) = await DemoProcess.RunAsync(arguments.Split(' '));
        await using (demo)
        {
            Assert.Equal(2, exitCode);
            Assert.Contains(expected, Assert.Single(demo.Errors), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_busy_port_is_named_and_nothing_is_left_running()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (exitCode, demo) = await DemoProcess.RunAsync("--headless", "--fast", "--homes", "2", "--periods", "1", "--port", $"{port}");
        await using (demo)
        {
            Assert.Equal(2, exitCode);
            Assert.Contains(demo.Errors, line => line.Contains($"{port}", StringComparison.Ordinal));
            await demo.NothingIsLeftAsync();
        }
    }

    [Fact]
    public async Task A_malformed_line_of_data_is_named_by_file_line_and_column()
    {
        var folder = Directory.CreateTempSubdirectory("ve-data-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "load.csv"), "time,anna,bice\n2026-06-21T00:00:00Z,100,200\n2026-06-21T00:15:00Z,100,nonsense\n");
            var (exitCode, demo) = await DemoProcess.RunAsync("--headless", "--fast", "--data", folder.FullName);
            await using (demo)
            {
                Assert.Equal(2, exitCode);
                var line = Assert.Single(demo.Errors);
                Assert.Contains("load.csv, line 3, column bice", line, StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<JsonElement> SummaryAsync(params string[] arguments)
    {
        var (exitCode, demo) = await DemoProcess.RunAsync(arguments);
        await using (demo)
        {
            Assert.True(exitCode == 0, $"exit code {exitCode}:\n{string.Join('\n', demo.Errors.TakeLast(20))}");
            return demo.Summary();
        }
    }
}
