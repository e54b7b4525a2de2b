using System.CommandLine;
using System.Text;
using Spectre.Console;
using VirtualEnergy.P2P.Node.Lab.Evaluation;
using VirtualEnergy.P2P.Node.Lab.Evaluation.Reports;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary><c>ve lab evaluate</c>: how much of what working together could gain the homes' agents gain.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<string?> Perfect = new("--perfect")
    {
        Description = $"Homes know what comes, instead of forecasting it from what was: everything but prices, or of {KnowledgeNames.Names} those that are named; a price is the optimum's.",
        HelpName = "LIST",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> NoOutlook = new("--no-outlook")
    {
        Description = "Homes keep their plans to themselves: in the market they expect the prices of past days, and not those at which the plans of all meet.",
    };

    public static Command Create()
    {
        var command = new Command("evaluate", """
            Run the same homes, with cars, heat pumps, water heaters and appliances added by seed, in four ways: (a) with their supplier and
            no management, (b) each planning alone, (c) planning and bidding in the market, and (d) the least that all of them together can
            cost when everything is known. Says what of (b - d) the market captures, who is worse off, and what was not kept.
            Without --from the first four days of the data are history, and without --to two weeks are run.
            Examples: ve lab evaluate --data ../shared/data/hamlet --perfect
                      ve lab evaluate --data ../shared/data/rebase_gse_community --no-outlook --json   (what are plans that are told worth?)
                      ve lab evaluate --data ../shared/data/hamlet --perfect sun,price   (what do those two forecasts cost?)
                      ve lab evaluate --data ../shared/data/hamlet --from 2021-03-01 --to 2021-03-14 --html evaluation.html
            """)
        {
            LabCommand.Data, LabCommand.Homes, LabCommand.Seed, LabCommand.From, LabCommand.To, Perfect, NoOutlook, LabCommand.Prices, LabCommand.Zone, LabCommand.MarkUp,
            LabCommand.ImportPrice, LabCommand.ExportPrice, TariffOptions.Tariff, TariffOptions.BandPrices, LabCommand.Json, LabCommand.Html,
        };
        command.SetAction((parsed, cancellation) => EvaluateAsync(parsed, TimeProvider.System, cancellation));
        return command;
    }

    private static async Task<int> EvaluateAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellation)
    {
        await Task.Yield(); // Ctrl-C is listened to from the first await on.
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        try
        {
            using var files = new StagedFiles();
            var html = parsed.GetValue(LabCommand.Html) is { } path ? files.Stage("--html", path) : null;
            var plan = EvaluationOptions.Open(LabCommand.OptionsOf(parsed), KnownBy(parsed)) with { TellsPlans = TellsPlans(parsed) };
            var started = time.GetTimestamp();
            var result = EvaluationProgress.Run(plan, console, cancellation);
            if (html is not null)
            {
                await WriteAsync(html, EvaluationHtml.Of(result, CommandLineOf(parsed)), cancellation).ConfigureAwait(false);
            }

            files.Commit();
            Print(result, parsed.GetValue(LabCommand.Json));
            console.MarkupLineInterpolated($"Evaluated in {time.GetElapsedTime(started).TotalSeconds:0.0} s.");
            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.MarkupLine("Stopped; nothing was written.");
            return LabCommand.Interrupted;
        }
    }

    private static async Task WriteAsync(string path, string text, CancellationToken cancellation)
    {
        try
        {
            await File.WriteAllTextAsync(path, text, new UTF8Encoding(false), cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"The report cannot be written: {error.Message}", error);
        }
    }

    // Who is told to know the optimum's prices has no use for others.
    private static bool TellsPlans(ParseResult parsed) =>
        !parsed.GetValue(NoOutlook) && !(parsed.GetValue(Perfect) is { } list && KnowledgeNames.Of(list).HasFlag(Knowledge.Price));

    private static Knowledge KnownBy(ParseResult parsed) =>
        parsed.GetResult(Perfect) is null ? Knowledge.None
        : parsed.GetValue(Perfect) is { } list ? KnowledgeNames.Of(list)
        : Knowledge.All;

    private static void Print(EvaluationResult result, bool asJson)
    {
        if (!asJson)
        {
            EvaluationTerminal.Write(AnsiConsole.Console, result);
            return;
        }

        using var output = Console.OpenStandardOutput();
        EvaluationJson.Write(result, output);
        output.WriteByte((byte)'\n');
    }

    private static string CommandLineOf(ParseResult parsed) => LabCommand.CommandLineOf(
        "ve lab evaluate", parsed, LabCommand.Data, LabCommand.Homes, LabCommand.Seed, LabCommand.From, LabCommand.To, Perfect, NoOutlook, LabCommand.Prices, LabCommand.Zone,
        LabCommand.MarkUp, LabCommand.ImportPrice, LabCommand.ExportPrice, TariffOptions.Tariff, TariffOptions.BandPrices);
}
