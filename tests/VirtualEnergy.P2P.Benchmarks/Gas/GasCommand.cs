using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Benchmarks.Measuring;

namespace VirtualEnergy.P2P.Benchmarks.Gas;

/// <summary><c>gas</c>: settles simulated trades on an Anvil of its own and says what that cost, by the receipts.</summary>
internal static class GasCommand
{
    private static readonly Dictionary<string, Func<GasMarket, CancellationToken, Task<GasUse>>> Modes = new()
    {
        ["packed"] = (market, cancellation) => market.PackedAsync(cancellation),
        ["parts"] = (market, cancellation) => market.PartsAsync(cancellation),
        ["two-tier"] = (market, cancellation) => market.TwoTierAsync(cancellation),
        ["verified"] = (market, cancellation) => market.VerifiedAsync(cancellation),
        ["naive"] = (market, cancellation) => market.NaiveAsync(cancellation),
    };

    public static Command Create()
    {
        var members = new Option<int>("--members") { Description = "Members with a balance.", DefaultValueFactory = _ => 100 };
        var trades = new Option<int>("--trades") { Description = "Trades a period, between random members.", DefaultValueFactory = _ => 1000 };
        var mode = new Option<string>("--mode")
        {
            Description = "packed: net money, six balances to a slot. parts: the same by as many transactions as it takes. two-tier: a root every period, balances every 96th. "
                + "verified: the contract nets the trades itself. naive: a token transfer for each trade.",
            DefaultValueFactory = _ => "packed",
        };
        mode.AcceptOnlyFromAmong([.. Modes.Keys]);
        var json = new Option<bool>("--json") { Description = "Print {members, trades, mode, transactions, gasTotal, gasPerTrade}." };
        members.Between(2, 60_000);
        trades.Between(1, 100_000);
        var command = new Command("gas", """
            Measure the gas of settling on Anvil, with Osaka's rules and slots that are in use already.
            Example: gas --members 1000 --trades 10000 --mode verified --json
            Example: gas --members 20000 --trades 60000 --mode parts
            """) { members, trades, mode, json };
        command.SetAction((parsed, cancellation) =>
            RunAsync(parsed.GetValue(members), parsed.GetValue(trades), parsed.GetValue(mode)!, parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int members, int trades, string mode, bool asJson, CancellationToken cancellation)
    {
        Console.Error.WriteLine($"Starting Anvil and paying {members} members in...");
        await using var market = await GasMarket.StartAsync(members, trades, cancellation);
        Console.Error.WriteLine($"Settling {trades} trades, {mode}...");
        var use = await Modes[mode](market, cancellation);
        var perTrade = (double)use.Gas / use.Trades;
        Console.Out.WriteLine(asJson
            ? JsonSerializer.Serialize(new { members, trades, mode, transactions = use.Transactions, gasTotal = use.Gas, gasPerTrade = perTrade })
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{mode}: {members:N0} members, {use.Trades:N0} trades in {use.Periods} periods: {use.Transactions:N0} transactions, {use.Gas:N0} gas, {perTrade:0.00} a trade"));
        return 0;
    }
}

/// <summary>What some periods cost.</summary>
/// <param name="Periods">Number of periods.</param>
/// <param name="Trades">Trades of all of them.</param>
/// <param name="Transactions">Transactions for all of them.</param>
/// <param name="Gas">As used by the receipts.</param>
internal readonly record struct GasUse(int Periods, long Trades, int Transactions, ulong Gas);
