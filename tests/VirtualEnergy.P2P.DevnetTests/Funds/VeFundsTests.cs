using System.Text.Json;
using VirtualEnergy.P2P.Contracts;
using VirtualEnergy.P2P.Devnet.Anvil;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.Market;
using Xunit;
using static VirtualEnergy.P2P.Contracts.Escrow;

namespace VirtualEnergy.P2P.DevnetTests.Funds;

/// <summary><c>ve funds</c> as its user runs it, against a real chain.</summary>
[Collection(ContractTests.Name)]
public sealed class VeFundsTests(DevChain chain) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-funds-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Money_goes_in_and_out_and_every_step_is_in_the_history()
    {
        var escrow = await OfAsync(chain, members: 2);
        await escrow.Euro.MintAsync(chain.Registrar, escrow.Members[0], new Money(20_000_000), Cancellation);
        var home = await HomeAsync(escrow);

        Assert.Equal(12_500_000, (await AskAsync(home, "deposit", "12.50")).GetProperty("receivedMicroEur").GetInt64());
        await escrow.SettleAsync(1001, (0, -1_234_567), (1, 1_234_567));
        Assert.Equal(2_000_000, (await AskAsync(home, "withdraw", "2")).GetProperty("requestedMicroEur").GetInt64());
        Assert.Equal(2_000_000, (await AskAsync(home, "cancel")).GetProperty("cancelledMicroEur").GetInt64());
        Assert.Equal(11_265_433, (await AskAsync(home, "withdraw", "all", "--wait")).GetProperty("paidMicroEur").GetInt64()); // 12,500,000 − 1,234,567

        var balance = await AskAsync(home, "balance");
        Assert.Equal(0, balance.GetProperty("balanceMicroEur").GetInt64());
        Assert.Equal(18_765_433, balance.GetProperty("accountMicroEur").GetInt64()); // 20 − 12.5 + 11.265433 euros
        var history = await AskAsync(home, "history");
        Assert.Equal(
            ["deposit 12500000", "trades 11265433", "withdrawal-request 9265433", "withdrawal-cancelled 11265433", "withdrawal-request 0", "withdrawal 0"],
            history.GetProperty("entries").EnumerateArray().Select(entry => $"{entry.GetProperty("kind").GetString()} {entry.GetProperty("balanceMicroEur").GetInt64()}"));
    }

    [Fact]
    public async Task A_request_that_is_not_ready_is_waited_for_and_then_paid()
    {
        // Too early for longer than any machine takes to ask, and then for no longer than a test can wait.
        var home = await HomeAsync(await OfAsync(chain, members: 1, eachMicroEur: 3_000_000, terms: usual => usual with { Challenge = TimeSpan.FromHours(1) }));
        await AskAsync(home, "withdraw", "1.50");
        await RefusedAsync(home, "It is too early", "finalise");

        home = await HomeAsync(await OfAsync(chain, members: 1, eachMicroEur: 3_000_000, terms: usual => usual with { Challenge = TimeSpan.FromSeconds(3) }));
        await AskAsync(home, "withdraw", "1.50");
        Assert.Equal(1_500_000, (await AskAsync(home, "finalise", "--wait")).GetProperty("paidMicroEur").GetInt64());
    }

    [Fact]
    public async Task What_the_contract_refuses_is_one_line()
    {
        var escrow = await OfAsync(chain, members: 1, eachMicroEur: 500_000);
        var home = await HomeAsync(escrow);
        await RefusedAsync(home, "You have 0.50 EUR in the escrow and asked for 12.50 EUR", "withdraw", "12.50");
        await RefusedAsync(home, "No withdrawal was asked for", "cancel");
        await RefusedAsync(home, "No withdrawal was asked for", "finalise");
        await RefusedAsync(home, "The exit is not open", "exit");
        await RefusedAsync(home, "holds 0.00 tEUR, and 1.00 are needed", "deposit", "1");
        await RefusedAsync(home, "is no member of this community", "deposit", "1", "--member", AddressOf(5).ToString());
        await RefusedAsync(home, "is no member of this community", "balance", "--member", AddressOf(5).ToString());
        await RefusedAsync(home, "write euros as 12.50", "deposit", "1,50");
        await RefusedAsync(home, "write 0x and 40 hexadecimal digits", "balance", "--member", "anna");
        await RefusedAsync(home, "No contract lives at", "balance", "--contract", AddressOf(9).ToString());
        await RefusedAsync(home, "does not answer as an EnergySettlement", "balance", "--contract", escrow.Euro.Address.ToString());
    }

    [Fact]
    public async Task What_is_missing_is_said()
    {
        await using var noNode = DemoProcess.Ve(new Dictionary<string, string>(), "funds", "balance");
        Assert.Equal(2, await noNode.ExitAsync());
        Assert.Contains("--rpc http://host:8545", Assert.Single(noNode.Errors), StringComparison.Ordinal);
        await using var help = DemoProcess.Ve(new Dictionary<string, string>(), "funds", "withdraw", "--help");
        Assert.Equal(0, await help.ExitAsync());
        Assert.Contains(help.Output, line => line.Contains("ve funds withdraw all --to", StringComparison.Ordinal));
    }

    private async Task<string> HomeAsync(Escrow escrow)
    {
        var path = Path.Combine(_folder.FullName, "home.json");
        await File.WriteAllTextAsync(
            path, $$"""{ "broker": "mqtt://127.0.0.1:1", "rpc": "{{chain.Rpc}}", "contract": "{{escrow.Contract.Address}}", "household": { "homes": 1 } }""", Cancellation);
        return path;
    }

    /// <summary>As member 0, with the home's configuration.</summary>
    private static DemoProcess Ve(string home, params string[] arguments) => DemoProcess.Ve(
        new Dictionary<string, string> { ["VE_KEY"] = Convert.ToHexStringLower(DevAccounts.Keys[2].ToBytes()) }, ["funds", .. arguments, "--config", home, "--json"]);

    private static async Task<JsonElement> AskAsync(string home, params string[] arguments)
    {
        await using var ve = Ve(home, arguments);
        Assert.True(await ve.ExitAsync() == 0, string.Join('\n', ve.Errors));
        return JsonSerializer.Deserialize<JsonElement>(Assert.Single(ve.Output));
    }

    private static async Task RefusedAsync(string home, string expected, params string[] arguments)
    {
        await using var ve = Ve(home, arguments);
        Assert.Equal(2, await ve.ExitAsync());
        Assert.Contains(expected, Assert.Single(ve.Errors), StringComparison.Ordinal);
    }
}
