using Spectre.Console;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>A bar a replay with the number of its periods, on standard error while somebody watches; else a line that it began.</summary>
internal static class LabProgress
{
    public static LabResult Run(LabPlan plan, IAnsiConsole console, TimeProvider time, CancellationToken cancellation)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
        {
            console.WriteLine($"Replaying {LabHeading.Of(plan)}.");
            return LabRun.Run(plan, time, null, cancellation);
        }

        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PeriodsColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .Start(context =>
            {
                var bars = plan.Mechanisms.Select(kind => Market.Auctions.Mechanisms.Code(kind)).Append(MechanismResult.SupplierOnly)
                    .ToDictionary(name => name, name => context.AddTask(name, new ProgressTaskSettings { MaxValue = plan.Span.Length, AutoStart = false }));
                return LabRun.Run(plan, time, (name, done) => Advance(bars[name], done), cancellation);
            });
    }

    private static void Advance(ProgressTask bar, int done)
    {
        if (!bar.IsStarted)
        {
            bar.StartTask();
        }

        bar.Value = done;
    }

    private sealed class PeriodsColumn : ProgressColumn
    {
        public override Spectre.Console.Rendering.IRenderable Render(Spectre.Console.Rendering.RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{Figures.Count((int)task.Value)}/{Figures.Count((int)task.MaxValue)} periods").RightJustified();
    }
}
