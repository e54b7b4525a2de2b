using System.CommandLine;
using Spectre.Console;
using VirtualEnergy.P2P.Node.Auditing;
using VirtualEnergy.P2P.Node.Watching;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve verify</c>: recomputes what was settled from the published bids.</summary>
internal static class VerifyCommand
{
    private const int Interrupted = 130;

    private static readonly Option<string> Rpc = ChainOptions.Rpc();
    private static readonly Option<string> Contract = ChainOptions.Contract();
    private static readonly Option<string?> Exchange = ChainOptions.Exchange("The exchange whose published rounds are verified.");
    private static readonly Option<string?> Rounds = new("--rounds") { Description = "A saved round, or a folder of them (ve rounds save), instead of an exchange.", HelpName = "PATH" };
    private static readonly Option<string?> Market = new("--market") { Description = "The saved rules. [default: market.json beside the rounds]", HelpName = "FILE" };
    private static readonly Option<long?> From = new("--from") { Description = "First period. [default: the first settled one]", HelpName = "PERIOD" };
    private static readonly Option<long?> To = new("--to") { Description = "Last period, included. [default: the last settled one]", HelpName = "PERIOD" };
    private static readonly Option<ulong> FromBlock = new("--from-block") { Description = "Block of the contract's deployment: nothing before it is looked at.", DefaultValueFactory = _ => 0 };
    private static readonly Option<string?> Receipts = new("--reading-receipts") { Description = "Receipts of meter readings, which must count: a file as a node keeps beside its receipts.", HelpName = "FILE" };
    private static readonly Option<bool> Json = new("--json") { Description = "Print the result as one JSON object instead of the table." };

    public static Command Create()
    {
        var verify = new Command("verify", """
            Recompute every round from its published bids and compare all that came of it: each signature, the price, every trade, what everyone got,
            the roots and the deltas on the chain; the same of what was metered, from signed readings; and all balances. Nobody is trusted: not the exchange, and the node only as far as its
            answers fit the contract's commitments. Exit code 0: all follows from bids and readings. 1: something does not; the first difference is
            told, with the proof that shows it on the chain. 2: it could not be verified.
            Examples: ve verify --rpc http://127.0.0.1:8545 --contract 0x5fbd… --exchange http://127.0.0.1:8080
                      ve verify --rpc https://node.example --contract 0x5fbd… --rounds saved --from 1994832 --to 1994927 --json
            """) { Rpc, Contract, Exchange, Rounds, Market, From, To, FromBlock, Receipts, Json };
        verify.SetAction((parsed, cancellation) => VerifyAsync(parsed, TimeProvider.System, cancellation));
        return verify;
    }

    private static async Task<int> VerifyAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellation)
    {
        var (from, to) = ChainOptions.Span(parsed.GetValue(From), parsed.GetValue(To));
        var contract = ChainOptions.AddressOf("--contract", parsed.GetValue(Contract)!);
        var rpc = ChainOptions.Url("--rpc", parsed.GetValue(Rpc)!);
        var source = SourceOf(parsed, time);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        try
        {
            using var client = new JsonRpcClient(rpc, time, new JsonRpcOptions { KnownErrors = EnergySettlementContract.Errors });
            var receipts = parsed.GetValue(Receipts) is { } path ? await ReceiptsAsync(path, client, contract, cancellation).ConfigureAwait(false) : [];
            var run = new VerifyRun(client, contract, source, parsed.GetValue(FromBlock), receipts);
            var result = await VerifyBars.RunAsync(
                $"contract {contract} by {source.Name}", console, progress => run.RunAsync(from, to, progress, cancellation)).ConfigureAwait(false);
            Print(result, parsed.GetValue(Json));
            return result.First is null ? 0 : 1;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.MarkupLine("Stopped.");
            return Interrupted;
        }
        catch (Exception failure) when (failure is EthereumException or AbiFormatException or RoundSourceException)
        {
            throw new UserErrorException(failure.Message, failure);
        }
        finally
        {
            (source as IDisposable)?.Dispose();
        }
    }

    /// <summary>Whoever gives a receipt may have made it up: it counts with the signature of who settles on the chain.</summary>
    private static async Task<IReadOnlyList<HeldReadingReceipt>> ReceiptsAsync(string path, JsonRpcClient client, Address contract, CancellationToken cancellation)
    {
        var held = ReadingReceiptBook.Read(path);
        var settler = await new EnergySettlementContract(client, contract).SettlerAsync(cancellation).ConfigureAwait(false);
        var signing = new ReadingReceiptSigning(new MarketDomain(await client.ChainIdAsync(cancellation).ConfigureAwait(false), contract));
        return held.FirstOrDefault(receipt => !signing.IsSignedBy(settler, receipt.Held.Reading, receipt.Signature.AsSpan())) is { Held: { } forged }
            ? throw new UserErrorException($"{path}: the receipt of {forged.Reading.Member} for period {forged.Reading.Period} is not signed by {settler}, who settles in {contract}.")
            : [.. held.Select(receipt => receipt.Held)];
    }

    private static IRoundSource SourceOf(ParseResult parsed, TimeProvider time) => (parsed.GetValue(Exchange), parsed.GetValue(Rounds)) switch
    {
        ({ } exchange, null) => new ExchangeRounds(ChainOptions.Url("--exchange", exchange), time),
        (null, { } path) => new SavedRounds(path, parsed.GetValue(Market)),
        _ => throw new UserErrorException("Say where the published bids are: --exchange URL, or --rounds PATH."),
    };

    private static void Print(VerifyResult result, bool asJson)
    {
        if (!asJson)
        {
            VerifyTerminal.Write(AnsiConsole.Console, result);
            return;
        }

        using var output = Console.OpenStandardOutput();
        VerifyJson.Write(result, output);
        output.WriteByte((byte)'\n');
    }
}
