using Spectre.Console;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation.Reports;

/// <summary>The evaluation as tables in the terminal.</summary>
internal static class EvaluationTerminal
{
    private const int LeastWidth = 130;

    public static void Write(IAnsiConsole console, EvaluationResult result)
    {
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = Math.Max(console.Profile.Width, LeastWidth);
        }

        console.MarkupLineInterpolated($"[bold]{EvaluationProgress.Heading(result.Plan)}[/]");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("", "EUR, all homes");
        foreach (var name in new[] { "cost", "supplier", "wear", "stored", "departures", "comfort", "deadlines", "contract" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var way in EvaluationWay.Of(result))
        {
            var kept = EvaluationResult.Kept(way.Homes);
            table.AddRow(
            [
                way.Letter, way.Name, Euro(way.Cost),
                .. way.Homes.IsEmpty
                    ? Enumerable.Repeat(Figures.None, 7)
                    : [Euro(way.Total(home => home.Supplier)), Euro(way.Total(home => home.Wear)), Euro(way.Total(home => home.Stored)),
                        Figures.Count(kept.Departures), Figures.Count(kept.Comfort), Figures.Count(kept.Deadlines), Figures.Count(kept.Contract)],
            ]);
        }

        console.Write(table);
        var homes = new Table().Border(TableBorder.Rounded).AddColumns("home", "devices", "contract, kW");
        foreach (var name in new[] { "a, EUR", "b, EUR", "c, EUR", "b − c, EUR" })
        {
            homes.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (var (i, home) in result.Plan.Homes.Index())
        {
            homes.AddRow(
                Markup.Escape(home.Home.Name), Markup.Escape(EvaluationHtml.Devices(home)), $"{home.Home.ConnectionWatts / 1e3:0.#}",
                Euro(result.Unmanaged[i].Cost), Euro(result.Alone[i].Cost), Euro(result.Market[i].Cost), Euro(result.Alone[i].Cost - result.Market[i].Cost));
        }

        console.Write(homes);
        foreach (var line in Verdicts(result))
        {
            console.MarkupLineInterpolated($"{line}");
        }
    }

    /// <summary>What was found, against the goals.</summary>
    public static IEnumerable<string> Verdicts(EvaluationResult result)
    {
        var goal = result.Plan.Perfect ? 98 : 85;
        yield return $"Captured, (b − c) ÷ (b − d): {Figures.Percent(result.Captured)}, goal at least {goal} % with {EvaluationProgress.Forecasts(result.Plan)}.";
        var lost = LostParts.Of(result);
        yield return $"Lost against the optimum: {Euro(lost.Devices)} by when devices run, {Euro(lost.Import)} by what came from the supplier when it was worth less, {Euro(lost.Export)} by what went there when it was worth more; EUR.";
        var worse = result.WorseOff.ToList();
        yield return worse.Count == 0
            ? "Nobody is worse off in the market than alone."
            : $"Worse off in the market than alone: {Figures.List([.. worse.Select(home => home.Home)])}; goal nobody.";
        var violations = EvaluationResult.Kept(result.Market).Sum;
        yield return violations == 0 ? "Comfort, departures, deadlines and contract power were kept throughout." : $"Not kept in the market: {violations} times; goal never.";
    }

    private static string Euro(Money money) => Figures.Euro(money.MicroEur / 1e6);
}
