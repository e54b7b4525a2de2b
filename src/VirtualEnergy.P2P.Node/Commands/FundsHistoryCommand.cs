using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Funds;
using VirtualEnergy.P2P.Settlement.Funds;
using static VirtualEnergy.P2P.Node.Commands.FundsOptions;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve funds history</c>: every movement of a member's money, from the chain's own events, ending at the chain's balance.</summary>
internal static class FundsHistoryCommand
{
    private static readonly Option<ulong> FromBlock = new("--from-block") { Description = "First block to read. After the contract's deployment the node must still know that block's state." };
    private static readonly Option<int> Limit = new("--limit") { Description = "Show at most so many, the newest; 0 shows all.", DefaultValueFactory = _ => 30 };

    public static Command Create()
    {
        var command = new Command("history", """
            Show what moved your money: deposits, withdrawals, each period's trades and deviations. Read from the chain alone and
            checked: deltas against the contract's hashes, recent hashes against its commitments, the end against your balance.
            Examples: ve funds history --config home.json
                      ve funds history --rpc http://127.0.0.1:8545 --contract 0x5FbD… --member 0x3C44… --limit 0 --json
            """) { Member, FromBlock, Limit };
        Array.ForEach(Common, command.Add);
        command.SetAction(async (parsed, cancellation) =>
        {
            var target = Target(parsed);
            var member = MemberOf(parsed, target);
            var limit = parsed.GetValue(Limit) is >= 0 and var given ? given : throw new UserErrorException("--limit: 0 or more.");
            return await FundsAccess.UseAsync(
                target, TimeProvider.System,
                async access =>
                {
                    var history = await FundsHistory.ReadAsync(access.Client, access.Escrow, member, parsed.GetValue(FromBlock), Progress(), cancellation).ConfigureAwait(false);
                    if (!Console.IsErrorRedirected)
                    {
                        Console.Error.Write("\r" + new string(' ', 40) + "\r");
                    }

                    Show(history, limit == 0 ? int.MaxValue : limit, parsed.GetValue(Json));
                    return 0;
                },
                cancellation).ConfigureAwait(false);
        });
        return command;
    }

    // Only where somebody looks: a log file needs no moving line.
    private static Progress<ulong>? Progress() =>
        Console.IsErrorRedirected ? null : new Progress<ulong>(block => Console.Error.Write($"\rread up to block {block.ToString(CultureInfo.InvariantCulture)} "));

    private static void Show(FundsHistory history, int limit, bool asJson)
    {
        if (asJson)
        {
            Console.WriteLine(ToJson(history, limit));
            return;
        }

        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("when, UTC", "what").AddColumn(new TableColumn("balance ±").RightAligned()).AddColumn(new TableColumn("balance").RightAligned())
            .AddColumn(new TableColumn("asked for").RightAligned());
        foreach (var entry in history.Entries.TakeLast(limit))
        {
            table.AddRow(
                entry.At.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), Markup.Escape(What(entry)), Signed(entry.BalanceChange),
                Euros.Format(entry.After.Balance), entry.After.Requested == Money.Zero ? "" : Euros.Format(entry.After.Requested));
        }

        if (history.Entries.Length > limit)
        {
            Console.WriteLine($"{history.Entries.Length - limit} earlier entries are not shown; --limit 0 shows all.");
        }

        AnsiConsole.Write(table);
        Console.WriteLine($"Balance {Euros.Format(history.Closing.Balance)} EUR at block {history.LastBlock}, as the contract says; {history.Commitments} settlements held against its commitments.");
    }

    private static string What(FundsEntry entry) => entry.Kind switch
    {
        FundsEntryKind.Deposit => $"paid in by {entry.Other}",
        FundsEntryKind.WithdrawalRequest => $"asked for, to {entry.Other}",
        FundsEntryKind.WithdrawalCancelled => "request taken back",
        FundsEntryKind.WithdrawalReduced => "request reduced by a batch",
        FundsEntryKind.Withdrawal => $"{Euros.Format(-entry.Change)} paid to {entry.Other}",
        FundsEntryKind.Exit => $"{Euros.Format(-entry.Change)} paid to {entry.Other}, everything",
        FundsEntryKind.Trades => $"trades of period {entry.Period}",
        FundsEntryKind.Deviations => $"deviations of period {entry.Period}",
        FundsEntryKind.TradesRolledBack => $"trades of period {entry.Period} undone",
        _ => $"deviations of period {entry.Period} undone",
    };

    private static string Signed(Money change) => change == Money.Zero ? "" : change > Money.Zero ? $"+{Euros.Format(change)}" : Euros.Format(change);

    private static string ToJson(FundsHistory history, int limit) => JsonSerializer.Serialize(new
    {
        member = history.Member.ToString(),
        openingMicroEur = history.Opening.Balance.MicroEur,
        balanceMicroEur = history.Closing.Balance.MicroEur,
        requestedMicroEur = history.Closing.Requested.MicroEur,
        lastBlock = history.LastBlock,
        commitmentsHeld = history.Commitments,
        entriesInAll = history.Entries.Length,
        entries = history.Entries.TakeLast(limit).Select(entry => new
        {
            at = entry.At,
            kind = JsonNamingPolicy.KebabCaseLower.ConvertName(entry.Kind.ToString()),
            period = entry.Period?.Index,
            balanceChangeMicroEur = entry.BalanceChange.MicroEur,
            balanceMicroEur = entry.After.Balance.MicroEur,
            requestedMicroEur = entry.After.Requested.MicroEur,
            other = entry.Other?.ToString(),
            block = entry.Block,
            transaction = entry.Transaction.ToString(),
        }),
    });
}
