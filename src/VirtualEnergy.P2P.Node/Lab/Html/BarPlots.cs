using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>A bar or a point a mechanism: efficiency, the split of the welfare, Jain's index.</summary>
internal static class BarPlots
{
    private const double BarRow = 38;

    /// <summary>As high as the rows of the members' savings, which stand beside it.</summary>
    private const double JainRow = SavingsPlot.RowHeight;
    private const double NameWidth = 92;
    private const double ValueWidth = 62;

    public static string Efficiency(ReportData data, double width, string classes)
    {
        var svg = Rows(data, width, BarRow, classes, $"Welfare achieved, as a part of the optimum: {Said(data, series => Figures.Percent(series.Measures.Efficiency))}");
        var axis = Shares(svg, percent: true);
        foreach (var series in data.Series)
        {
            var y = series.Index * BarRow;
            svg.Rectangle("track", axis.From, y + 9, axis.To - axis.From, 20, 4)
                .Rectangle($"bar {series.Colour}", axis.From, y + 9, axis.At(series.Measures.Efficiency ?? 0) - axis.From, 20, 4)
                .Label("name", 0, y + 24, series.Name)
                .Label("value", svg.Width, y + 24, Figures.Percent(series.Measures.Efficiency), "end");
        }

        return svg.ToString();
    }

    public static string Split(ReportData data, double width, string classes)
    {
        var svg = Rows(data, width, BarRow, classes, "Who has which part of the possible welfare: " + Said(
            data, series => $"buyers {Figures.Percent(series.Measures.BuyersShare)}, sellers {Figures.Percent(series.Measures.SellersShare)}, market account {Figures.Percent(series.Measures.MarketShare)}"));
        var axis = Shares(svg, percent: true);
        foreach (var series in data.Series)
        {
            var (y, from) = (series.Index * BarRow, 0.0);
            svg.Label("name", 0, y + 24, series.Name).Rectangle("lost", axis.From, y + 9, axis.To - axis.From, 20, 4, $"{series.Name}: {Figures.Percent(1 - series.Measures.Efficiency)} not achieved");
            foreach (var (who, classOf, share) in new[]
            {
                ("buyers", "buyers", series.Measures.BuyersShare), ("sellers", "sellers", series.Measures.SellersShare), ("market account", "market", series.Measures.MarketShare),
            })
            {
                // A part below zero, as rounding can leave it, is none to be seen.
                var part = Math.Max(0, share ?? 0);
                var (x, end) = (axis.At(from), axis.At(from + part));
                svg.Rectangle(classOf, x, y + 9, end - x, 20, 0, $"{series.Name}: {who} {Figures.Percent(share)}");
                if (end - x > 38)
                {
                    svg.Label("inside", (x + end) / 2, y + 23.5, Figures.Percent(share), "middle");
                }

                from += part;
            }
        }

        return svg.ToString();
    }

    public static string Jain(ReportData data, double width, string classes)
    {
        var svg = Rows(data, width, JainRow, classes, $"Jain's index of the members' savings per kWh: {Said(data, series => Figures.Index(series.Measures.Jain))}");
        var axis = Shares(svg, percent: false);
        foreach (var series in data.Series)
        {
            var (y, jain) = (series.Index * JainRow + JainRow / 2, series.Measures.Jain);
            svg.Label("name", 0, y + 5, series.Name).Label("value", svg.Width, y + 5, Figures.Index(jain), "end")
                .Line("axis", axis.From, y, axis.To, y);
            if (jain is { } index)
            {
                svg.Rectangle($"bar {series.Colour}", axis.From, y - 1.5, axis.At(index) - axis.From, 3).Circle($"bar {series.Colour}", axis.At(index), y, 7);
            }
        }

        return svg.ToString();
    }

    private static Svg Rows(ReportData data, double width, double rowHeight, string classes, string title) =>
        new(width, data.Series.Length * rowHeight + 22, title, classes);

    // 0 to 1 with grid lines and, below, numbers.
    private static Axis Shares(Svg svg, bool percent)
    {
        var axis = new Axis(0, 1, NameWidth, svg.Width - ValueWidth);
        foreach (var tick in new[] { 0, 0.25, 0.5, 0.75, 1 })
        {
            svg.Line("rule", axis.At(tick), 2, axis.At(tick), svg.Height - 20)
                .Label("", axis.At(tick), svg.Height - 4, percent ? $"{tick * 100:0} %" : $"{tick:0.##}", "middle");
        }

        return axis;
    }

    private static string Said(ReportData data, Func<Series, string> value) => string.Join("; ", data.Series.Select(series => $"{series.Name} {value(series)}"));
}
