using Spectre.Console;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>A bar for each part of an audit, on standard error while somebody watches; else a line that it began.</summary>
internal static class VerifyBars
{
    private static readonly (string Part, string Title)[] Parts =
        [("chain", "the contract's log"), ("rounds", "rounds"), ("balances", "balances")];

    public static async Task<VerifyResult> RunAsync(string what, IAnsiConsole console, Func<VerifyProgress, Task<VerifyResult>> run)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
        {
            console.WriteLine($"Verifying {what}.");
            return await run((_, _, _) => { }).ConfigureAwait(false);
        }

        return await console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(context =>
            {
                var bars = Parts.ToDictionary(part => part.Part, part => context.AddTask(part.Title, new ProgressTaskSettings { AutoStart = false }));
                return run((part, done, of) =>
                {
                    var bar = bars[part];
                    if (!bar.IsStarted)
                    {
                        bar.StartTask();
                    }

                    (bar.MaxValue, bar.Value) = (of, done);
                });
            }).ConfigureAwait(false);
    }
}
