using System.Text;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Lab.Html;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation.Reports;

/// <summary>The evaluation as one page that needs no other, in the dress of the lab's report.</summary>
public static class EvaluationHtml
{
    /// <param name="result">What is told.</param>
    /// <param name="commandLine">How to get the same again.</param>
    public static string Of(EvaluationResult result, string commandLine)
    {
        var title = $"Evaluation: {LabHeading.Days(result.Plan.Span)}";
        var page = new StringBuilder(HtmlReport.Head(title));
        page.Append($"""
            <header class="hero">
            <p class="eyebrow">VirtualEnergy P2P · market lab</p>
            <h1>{Svg.Text($"{Figures.Percent(result.Captured)} of what is possible")}</h1>
            <p class="facts">{Svg.Text(EvaluationProgress.Heading(result.Plan))}</p>
            <p class="verdict">{Svg.Text(string.Join(" ", EvaluationTerminal.Verdicts(result)))}</p>
            </header>

            """);
        page.Append(Card.Of("", "Costs of the whole community", "What all homes pay in each way of running them: to the supplier, for wear, less what is stored at the end.", Costs(result)))
            .Append(Card.Of("", "What each home gains by the market", "Its cost alone less its cost in the market. To the left of zero it is worse off.", Gains(result)))
            .Append(Card.Of("", "Prices", "Each day's mean, lowest and highest price in the market, and the mean of what energy is worth at the optimum.", Prices(result)))
            .Append(Card.Of("", "How to get the same", "The same command on the same data gives the same page.", $"<pre>{Svg.Text(commandLine)}</pre>\n"));
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    /// <summary>A home's devices, in words.</summary>
    public static string Devices(PlannedHome home) => string.Join(", ", DeviceNames(home));

    internal static IEnumerable<string> DeviceNames(PlannedHome home) =>
        (home.Home.Photovoltaics is null ? Array.Empty<string>() : ["photovoltaics"])
        .Concat(home.Stores.Select(store => store.Name)).Concat(home.Home.Appliances.Select(appliance => appliance.Name));

    private static string Costs(EvaluationResult result)
    {
        var ways = EvaluationWay.Of(result);
        string Draw(double width, string classes)
        {
            const double Row = 38;
            var svg = new Svg(width, ways.Length * Row + 22, $"Costs: {string.Join("; ", ways.Select(way => $"{way.Name} {Figures.Euro(Euro(way.Cost))} EUR"))}", classes);
            var axis = Axis.Around(ways.Select(way => Euro(way.Cost)), 30, width - 80, withZero: true);
            foreach (var tick in axis.Ticks())
            {
                svg.Line("rule", axis.At(tick), 2, axis.At(tick), svg.Height - 20).Label("", axis.At(tick), svg.Height - 4, $"{tick:0}", "middle");
            }

            foreach (var (i, way) in ways.Index())
            {
                var (from, to) = (axis.At(Math.Min(0, Euro(way.Cost))), axis.At(Math.Max(0, Euro(way.Cost))));
                svg.Label("name", 0, i * Row + 24, way.Letter).Rectangle($"bar m{i}", from, i * Row + 9, to - from, 20, 4, way.Name)
                    .Label("value", width, i * Row + 24, Figures.Euro(Euro(way.Cost)), "end");
            }

            return svg.ToString();
        }

        return Card.Figure(Draw, 700) + HtmlTable.Of(
            "EUR over the span, and how often something was not kept", ["", "way", "cost", "supplier", "wear", "stored", "not kept"],
            ways.Select(way => (string[])[way.Letter, way.Name, Figures.Euro(Euro(way.Cost)),
                .. way.Homes.IsEmpty ? [Figures.None, Figures.None, Figures.None, Figures.None] : (string[])[
                    Figures.Euro(Euro(way.Total(home => home.Supplier))), Figures.Euro(Euro(way.Total(home => home.Wear))),
                    Figures.Euro(Euro(way.Total(home => home.Stored))), Figures.Count(EvaluationResult.Kept(way.Homes).Sum)]]));
    }

    private static string Gains(EvaluationResult result)
    {
        var gains = result.Alone.Select((home, i) => Euro(home.Cost - result.Market[i].Cost)).ToList();
        string Draw(double width, string classes)
        {
            const double Row = 22;
            var svg = new Svg(width, gains.Count * Row + 22, "Gain of each home, EUR", classes);
            var axis = Axis.Around(gains, 110, width - 60, withZero: true);
            foreach (var tick in axis.Ticks())
            {
                svg.Line(tick == 0 ? "axis" : "rule", axis.At(tick), 2, axis.At(tick), svg.Height - 20).Label("", axis.At(tick), svg.Height - 4, $"{tick:0.##}", "middle");
            }

            foreach (var (i, gain) in gains.Index())
            {
                var (from, to) = (axis.At(Math.Min(0, gain)), axis.At(Math.Max(0, gain)));
                svg.Label("name", 0, i * Row + 16, result.Alone[i].Home).Rectangle(gain < 0 ? "bar m1" : "bar m0", from, i * Row + 5, to - from, 13, 2)
                    .Label("value", width, i * Row + 16, Figures.Euro(gain), "end");
            }

            return svg.ToString();
        }

        return Card.Figure(Draw, 700) + HtmlTable.Folded(
            "All homes as a table", "EUR over the span", ["home", "devices", "unmanaged", "alone", "market", "gain"],
            result.Plan.Homes.Select((home, i) => (string[])[home.Home.Name, Devices(home), Figures.Euro(Euro(result.Unmanaged[i].Cost)),
                Figures.Euro(Euro(result.Alone[i].Cost)), Figures.Euro(Euro(result.Market[i].Cost)), Figures.Euro(gains[i])]));
    }

    private static string Prices(EvaluationResult result)
    {
        var days = result.Periods.Select((period, t) => (Day: LabSpan.DayOf(period.Period), period.Price, Optimal: result.OptimalPrices[t] / 1e4))
            .GroupBy(period => period.Day).Select(day => (
                day.Key, Market: day.Where(period => period.Price is not null).Select(period => period.Price!.Value.MicroEurPerKWh / 1e4).ToList(),
                Optimal: day.Average(period => period.Optimal))).ToList();
        string Draw(double width, string classes)
        {
            var svg = new Svg(width, 190, "Prices by day, ct/kWh", classes);
            var y = Axis.Around(days.SelectMany(day => day.Market.Append(day.Optimal)), 160, 8, withZero: true);
            foreach (var tick in y.Ticks())
            {
                svg.Line("rule", 30, y.At(tick), width, y.At(tick)).Label("", 24, y.At(tick) + 4, $"{tick:0}", "end");
            }

            var wide = (width - 40) / days.Count;
            foreach (var (i, day) in days.Index())
            {
                var x = 40 + (i + 0.5) * wide;
                if (day.Market.Count > 0)
                {
                    svg.Line("axis", x, y.At(day.Market.Min()), x, y.At(day.Market.Max())).Circle("dot m0", x, y.At(day.Market.Average()), 4.5, $"{day.Key:yyyy-MM-dd}: {day.Market.Average():0.0} ct/kWh");
                }

                svg.Circle("dot m2", x, y.At(day.Optimal), 3, $"{day.Key:yyyy-MM-dd} at the optimum: {day.Optimal:0.0} ct/kWh");
                svg.Label("", x, 184, $"{day.Key.Day}", "middle");
            }

            return svg.ToString();
        }

        return Card.Figure(Draw, 700) + HtmlTable.Folded(
            "All days as a table", "ct/kWh", ["day", "mean", "lowest", "highest", "mean at the optimum"],
            days.Select(day => (string[])[$"{day.Key:yyyy-MM-dd}", .. day.Market.Count == 0
                ? [Figures.None, Figures.None, Figures.None]
                : (string[])[Figures.Cents(day.Market.Average()), Figures.Cents(day.Market.Min()), Figures.Cents(day.Market.Max())], Figures.Cents(day.Optimal)]));
    }

    private static double Euro(Money money) => money.MicroEur / 1e6;
}
