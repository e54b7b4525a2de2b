using Spectre.Console;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation.Reports;

/// <summary>A bar for each part, on standard error while somebody watches; else a line that it began.</summary>
internal static class EvaluationProgress
{
    public static EvaluationResult Run(EvaluationPlan plan, IAnsiConsole console, CancellationToken cancellation)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Out.IsTerminal)
        {
            console.WriteLine($"Evaluating {Heading(plan)}.");
            return EvaluationRun.Run(plan, null, cancellation);
        }

        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .Start(context =>
            {
                var bars = new Dictionary<EvaluationPart, ProgressTask>
                {
                    [EvaluationPart.Optimum] = context.AddTask("optimum of the community"),
                    [EvaluationPart.Alone] = context.AddTask("homes alone"),
                    [EvaluationPart.Market] = context.AddTask("homes in the market"),
                };
                bars[EvaluationPart.Optimum].IsIndeterminate = true;
                return EvaluationRun.Run(
                    plan,
                    (part, done) =>
                    {
                        bars[part].IsIndeterminate = false;
                        bars[part].Value = done * bars[part].MaxValue;
                    },
                    cancellation);
            });
    }

    public static string Heading(EvaluationPlan plan) =>
        $"{plan.Homes.Length} homes, {LabHeading.Days(plan.Span)}, {plan.Span.Length} periods, {Forecasts(plan)}{(plan.TellsPlans ? ", prices of common plans" : "")}; {plan.Community.Source}";

    public static string Forecasts(EvaluationPlan plan) => plan.Known switch
    {
        Knowledge.All => "perfect forecasts",
        Knowledge.None => "real forecasts",
        _ => $"real forecasts but of {KnowledgeNames.ListOf(plan.Known).Replace(",", ", ", StringComparison.Ordinal)}",
    };
}
