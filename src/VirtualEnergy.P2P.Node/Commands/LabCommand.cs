using System.CommandLine;
using System.Globalization;
using System.Text;
using Spectre.Console;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Households;
using VirtualEnergy.P2P.Node.Lab;
using VirtualEnergy.P2P.Node.Lab.Html;
using VirtualEnergy.P2P.Node.Lab.Reports;
using VirtualEnergy.P2P.Node.Lab.Tables;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve lab replay</c>: the same homes under each mechanism.</summary>
internal static class LabCommand
{
    /// <summary>128 + SIGINT: what a shell expects of a program that Ctrl-C ended.</summary>
    internal const int Interrupted = 130;

    internal static readonly Option<string?> Data = new("--data") { Description = "Folder of measured households (docs/data.md); without it homes are generated.", HelpName = "DIR" };
    internal static readonly Option<int?> Homes = new("--homes") { Description = "Homes that take part. [default: 20 generated ones, or every household of the data]" };
    internal static readonly Option<ulong> Seed = new("--seed") { Description = "Everything that is made up follows from it.", DefaultValueFactory = _ => 1 };
    internal static readonly Option<string?> From = new("--from") { Description = "First local day. [default: the data's first, or 2026-04-15]", HelpName = "yyyy-mm-dd" };
    internal static readonly Option<string?> To = new("--to") { Description = "Last local day, included. [default: the data's last, or a week]", HelpName = "yyyy-mm-dd" };
    private static readonly Option<string?> Kinds = new("--mechanisms") { Description = $"Separated by commas. [default: {string.Join(',', Mechanisms.Codes)}]", HelpName = "NAMES" };
    internal static readonly Option<string?> Prices = new("--prices") { Description = "CSV of hourly zonal prices (EUR/MWh); the supplier then pays these, and asks them and the mark-up.", HelpName = "FILE" };
    internal static readonly Option<string> Zone = new("--price-zone") { Description = "Column of that file.", DefaultValueFactory = _ => ZonalPrices.Sardinia };
    internal static readonly Option<decimal> MarkUp = new("--mark-up") { Description = "EUR/kWh on top of an hourly price.", DefaultValueFactory = _ => 0.12m };
    internal static readonly Option<decimal> ImportPrice = new("--import-price") { Description = "EUR/kWh that the supplier asks, without --prices.", DefaultValueFactory = _ => 0.28m };
    internal static readonly Option<decimal> ExportPrice = new("--export-price") { Description = "EUR/kWh that the supplier pays, without --prices.", DefaultValueFactory = _ => 0.09m };
    private static readonly Option<bool> Members = new("--members") { Description = "Show also what each member saves." };
    internal static readonly Option<bool> Json = new("--json") { Description = "Print the result as one JSON object instead of the table." };
    internal static readonly Option<string?> Html = new("--html") { Description = "Write a report with plots; one file that needs no other.", HelpName = "FILE" };
    private static readonly Option<string?> Csv = new("--csv") { Description = "Write summary.csv, periods.csv and members.csv into this folder.", HelpName = "DIR" };
    private static readonly Option<string?> ParquetFolder = new("--parquet") { Description = "Write the same tables as Parquet into this folder.", HelpName = "DIR" };

    public static Command Create()
    {
        var replay = new Command("replay", """
            Run the same homes, data and tariff under each mechanism, period by period, and compare: welfare against the optimum of the
            same books, who gets it, prices, volume, fairness, self-sufficiency, costs, and every member's outcome. Without output
            options the comparison is a table. Nothing is signed and nothing is sent; the same options give the same bytes.
            Examples: ve lab replay --members
                      ve lab replay --data ../shared/data/hamlet --homes 32 --from 2021-03-01 --to 2021-03-31 --html lab.html
                      ve lab replay --mechanisms uniform,muda --homes 50 --seed 7 --json
                      ve lab replay --data homes --prices prices.csv --csv out --parquet out
            """)
        {
            Data, Homes, Seed, From, To, Kinds, Prices, Zone, MarkUp, ImportPrice, ExportPrice, TariffOptions.Tariff, TariffOptions.BandPrices, Members, Json, Html, Csv, ParquetFolder,
        };
        replay.SetAction((parsed, cancellation) => ReplayAsync(parsed, TimeProvider.System, cancellation));
        return new Command("lab", "Experiments with whole communities, without a market around them.") { replay, LabForecastCommand.Create(), EvaluateCommand.Create() };
    }

    private static async Task<int> ReplayAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellation)
    {
        await Task.Yield(); // Ctrl-C is listened to from the first await on.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        try
        {
            using var outputs = new LabOutputs(parsed.GetValue(Html), parsed.GetValue(Csv), parsed.GetValue(ParquetFolder));
            var plan = OptionsOf(parsed).Open();
            var result = LabProgress.Run(plan, console, time, cancellation);
            await outputs.WriteAsync(result, CommandLineOf(parsed), cancellation).ConfigureAwait(false);
            Print(result, parsed);
            await Console.Error.WriteLineAsync($"Seconds: {string.Join(", ", result.All.Select(replay => $"{replay.Name} {replay.WallTime.TotalSeconds:0.0}"))}").ConfigureAwait(false);
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.MarkupLine("Stopped; nothing was written.");
            return Interrupted;
        }
    }

    internal static LabOptions OptionsOf(ParseResult parsed) => new()
    {
        Data = parsed.GetValue(Data),
        Homes = parsed.GetValue(Homes),
        Seed = parsed.GetValue(Seed),
        From = parsed.GetValue(From),
        To = parsed.GetValue(To),
        Mechanisms = parsed.GetValue(Kinds),
        Supplier = TariffOptions.Apply(new SupplierSource
        {
            ImportMicroEurPerKWh = MicroEur(ImportPrice, parsed),
            ExportMicroEurPerKWh = MicroEur(ExportPrice, parsed),
            MarkUpMicroEurPerKWh = MicroEur(MarkUp, parsed),
            Prices = parsed.GetValue(Prices),
            Zone = parsed.GetValue(Zone)!,
        }, parsed),
    };

    private static long MicroEur(Option<decimal> option, ParseResult parsed)
    {
        var price = parsed.GetValue(option);
        return Math.Abs(price) <= 4 && decimal.IsInteger(price * 1_000_000)
            ? (long)(price * 1_000_000)
            : throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"{option.Name} {price}: a price is -4 to 4 EUR/kWh, with up to six decimals."));
    }

    private static void Print(LabResult result, ParseResult parsed)
    {
        if (!parsed.GetValue(Json))
        {
            LabTerminal.Write(AnsiConsole.Console, result, parsed.GetValue(Members));
            return;
        }

        using var output = Console.OpenStandardOutput();
        LabJson.Write(result, output);
        output.WriteByte((byte)'\n');
    }

    /// <summary>What to type for the same result; where it was written to is no part of it.</summary>
    private static string CommandLineOf(ParseResult parsed)
    {
        return CommandLineOf("ve lab replay", parsed, Data, Homes, Seed, From, To, Kinds, Prices, Zone, MarkUp, ImportPrice, ExportPrice, TariffOptions.Tariff, TariffOptions.BandPrices);
    }

    /// <summary>The command with those of the options that were given.</summary>
    internal static string CommandLineOf(string command, ParseResult parsed, params Option[] options)
    {
        var line = new StringBuilder(command);
        foreach (var option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false } given && given.Tokens.Count <= 1)
            {
                line.Append(' ').Append(option.Name);
                foreach (var token in given.Tokens)
                {
                    line.Append(' ').Append(Quoted(token.Value));
                }
            }
        }

        return line.ToString();
    }

    private static string Quoted(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || "-_./,:+".Contains(letter, StringComparison.Ordinal)) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
