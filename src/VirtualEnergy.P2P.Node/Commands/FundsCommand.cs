using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Funds;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using static VirtualEnergy.P2P.Node.Commands.FundsOptions;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve funds</c>: the member's money in the community's escrow.</summary>
internal static class FundsCommand
{
    private const string All = "all";

    private static readonly Argument<string> Amount = new("amount") { Description = "Euros, as 12.50." };
    private static readonly Argument<string> AmountOrAll = new("amount") { Description = $"Euros, as 12.50; or {All}." };
    private static readonly Option<string?> To = new("--to") { Description = "Who is paid. [default: the key's own account]", HelpName = "0x…" };
    private static readonly Option<bool> Wait = new("--wait") { Description = "Stay until it is ready, and have it paid." };
    private static readonly Option<bool> Open = new("--open") { Description = "Open the exit first, where the operator was silent for long enough." };

    public static Command Create() => new("funds", "Your money in the community's escrow: pay in, take out, look, and bound what the home spends.")
    {
        Command("balance", """
            Show what you have in the escrow, what you asked for, and what your account holds.
            Examples: ve funds balance --config home.json
                      ve funds balance --rpc http://127.0.0.1:8545 --contract 0x5FbD… --member 0x3C44… --json
            """, BalanceAsync, Member),
        Command("deposit", """
            Pay into your balance, or with --member into another's: approves the amount and deposits it, and says what arrived.
            Example: ve funds deposit 12.50 --config home.json
            """, DepositAsync, Amount, Member),
        Command("withdraw", """
            Ask for money. It leaves the balance at once, and is paid when no settlement before can be disputed any more. What is
            asked for in addition makes all of it wait anew.
            Examples: ve funds withdraw 5.00 --config home.json
                      ve funds withdraw all --to 0x7099… --wait --config home.json
            """, WithdrawAsync, AmountOrAll, To, Wait),
        Command("cancel", """
            Put what you asked for back into your balance.
            Example: ve funds cancel --config home.json
            """, CancelAsync),
        Command("finalise", """
            Have paid what was asked for, once it is ready; your own request, or with --member another's.
            Example: ve funds finalise --wait --config home.json
            """, FinaliseAsync, Member, Wait),
        Command("exit", """
            Take out everything after the community ended: fraud was proved, or the operator was silent for too long.
            Example: ve funds exit --open --config home.json
            """, ExitAsync, Member, Open),
        FundsHistoryCommand.Create(),
        FundsMandateCommand.Create(),
    };

    private static Command Command(string name, string description, Func<ParseResult, FundsAccess, FundsTarget, CancellationToken, Task> run, params Symbol[] own)
    {
        var command = new Command(name, description);
        foreach (var symbol in own)
        {
            if (symbol is Argument argument)
            {
                command.Add(argument);
            }
            else
            {
                command.Add((Option)symbol);
            }
        }

        Array.ForEach(Common, command.Add);
        command.SetAction(async (parsed, cancellation) =>
        {
            var target = Target(parsed);
            return await FundsAccess.UseAsync(
                target, TimeProvider.System,
                async access =>
                {
                    await run(parsed, access, target, cancellation).ConfigureAwait(false);
                    return 0;
                },
                cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task BalanceAsync(ParseResult parsed, FundsAccess access, FundsTarget target, CancellationToken cancellation)
    {
        var member = MemberOf(parsed, target);
        var balance = await access.Escrow.BalanceOfAsync(member, cancellation).ConfigureAwait(false);
        var request = await access.Escrow.RequestOfAsync(member, cancellation).ConfigureAwait(false);
        var state = await access.Escrow.StateAsync(cancellation).ConfigureAwait(false);
        var last = await access.Escrow.LastPeriodAsync(cancellation).ConfigureAwait(false);
        var wallet = await access.Token.BalanceOfAsync(member, cancellation).ConfigureAwait(false);
        if (parsed.GetValue(Json))
        {
            Print(new
            {
                member = member.ToString(), balanceMicroEur = balance.MicroEur, requestedMicroEur = request.Amount.MicroEur,
                readyAt = request.Amount == Money.Zero ? (DateTimeOffset?)null : request.ReadyAt, to = request.Amount == Money.Zero ? null : request.To.ToString(),
                accountMicroEur = wallet.MicroEur, token = access.Token.Address.ToString(), chainId = access.ChainId, contract = access.Escrow.Address.ToString(),
                lastSettledPeriod = last.Index, settles = state.Settles, exiting = state.Exiting,
            });
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).HideHeaders().AddColumns("what", "how");
        table.AddRow("member", member.ToChecksumString());
        table.AddRow("balance", $"{Euros.Format(balance)} EUR");
        table.AddRow("asked for", request.Amount == Money.Zero ? "nothing" : $"{Euros.Format(request.Amount)} EUR, paid to {request.To.ToChecksumString()} from {Time(request.ReadyAt)} on");
        table.AddRow("own account", $"{Euros.Format(wallet)} {access.Symbol}");
        table.AddRow("escrow", $"{Words(state)}; settled up to period {last}");
        AnsiConsole.Write(table);
    }

    private static async Task DepositAsync(ParseResult parsed, FundsAccess access, FundsTarget target, CancellationToken cancellation)
    {
        var amount = Euro("amount", parsed.GetValue(Amount));
        var key = target.Key();
        using var sender = access.Sender(key, TimeProvider.System);
        var outcome = await Moves(access, sender).DepositAsync(AddressOf(parsed, Member) ?? key.Address, amount, cancellation).ConfigureAwait(false);
        Say(parsed, new
        {
            sentMicroEur = outcome.Sent.MicroEur, receivedMicroEur = outcome.Received.MicroEur, balanceMicroEur = outcome.Balance.MicroEur, transaction = outcome.Transaction.ToString(),
        }, $"{Euros.Format(outcome.Received)} EUR arrived{(outcome.Received == outcome.Sent ? "" : $" of {Euros.Format(outcome.Sent)}: the token keeps a fee")}; the balance is {Euros.Format(outcome.Balance)} EUR.");
    }

    private static async Task WithdrawAsync(ParseResult parsed, FundsAccess access, FundsTarget target, CancellationToken cancellation)
    {
        var text = parsed.GetValue(AmountOrAll);
        var amount = text == All ? (Money?)null : Euro("amount", text);
        var key = target.Key();
        using var sender = access.Sender(key, TimeProvider.System);
        var moves = Moves(access, sender);
        var request = await moves.RequestAsync(amount, AddressOf(parsed, To) ?? key.Address, cancellation).ConfigureAwait(false);
        if (parsed.GetValue(Wait))
        {
            await PayAsync(parsed, moves, key.Address, cancellation).ConfigureAwait(false);
            return;
        }

        Say(parsed, new { requestedMicroEur = request.Amount.MicroEur, readyAt = request.ReadyAt, to = request.To.ToString() },
            $"{Euros.Format(request.Amount)} EUR are asked for in all, ready at {Time(request.ReadyAt)}: then ve funds finalise has them paid to {request.To.ToChecksumString()}.");
    }

    private static async Task CancelAsync(ParseResult parsed, FundsAccess access, FundsTarget target, CancellationToken cancellation)
    {
        using var sender = access.Sender(target.Key(), TimeProvider.System);
        var amount = await Moves(access, sender).CancelAsync(cancellation).ConfigureAwait(false);
        Say(parsed, new { cancelledMicroEur = amount.MicroEur }, $"{Euros.Format(amount)} EUR are back in your balance.");
    }

    private static async Task FinaliseAsync(ParseResult parsed, FundsAccess access, FundsTarget target, CancellationToken cancellation)
    {
        var key = target.Key();
        using var sender = access.Sender(key, TimeProvider.System);
        await PayAsync(parsed, Moves(access, sender), AddressOf(parsed, Member) ?? key.Address, cancellation).ConfigureAwait(false);
    }

    private static async Task ExitAsync(ParseResult parsed, FundsAccess access, FundsTarget target, CancellationToken cancellation)
    {
        var key = target.Key();
        using var sender = access.Sender(key, TimeProvider.System);
        var paid = await Moves(access, sender).ExitAsync(AddressOf(parsed, Member) ?? key.Address, parsed.GetValue(Open), cancellation).ConfigureAwait(false);
        Say(parsed, new { paidMicroEur = paid.MicroEur }, $"{Euros.Format(paid)} EUR were paid out; nothing is left in the escrow.");
    }

    /// <summary>Has a request paid, at once or as soon as it is ready.</summary>
    private static async Task PayAsync(ParseResult parsed, FundsMoves moves, Address member, CancellationToken cancellation)
    {
        void Waiting(DateTimeOffset readyAt) => Console.Error.WriteLine($"Waiting until {Time(readyAt)}; Ctrl-C leaves the request standing.");

        var request = parsed.GetValue(Wait)
            ? await moves.FinaliseWhenReadyAsync(member, Waiting, cancellation).ConfigureAwait(false)
            : await moves.FinaliseAsync(member, cancellation).ConfigureAwait(false);
        Say(parsed, new { paidMicroEur = request.Amount.MicroEur, to = request.To.ToString() }, $"{Euros.Format(request.Amount)} EUR were paid to {request.To.ToChecksumString()}.");
    }

    private static FundsMoves Moves(FundsAccess access, TransactionSender sender) => new(access, sender, TimeProvider.System);

    private static void Say<T>(ParseResult parsed, T asJson, string sentence)
    {
        if (parsed.GetValue(Json))
        {
            Print(asJson);
        }
        else
        {
            Console.WriteLine(sentence);
        }
    }

    private static void Print<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value));

    private static string Words(EscrowState state) =>
        state.Settles ? "settles" : state.Exiting ? "everyone is leaving" : state.Frozen ? "frozen after fraud" : state.Paused ? "paused" : "waits for the operator's bond";

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
