using System.Text;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>Price duration curves: the periods with trade, dearest first, against their part of all periods.</summary>
internal static class DurationPlot
{
    /// <summary>Points of a curve: finer steps are less than a pixel.</summary>
    private const int MostPoints = 240;

    public static string Of(ReportData data, double width, string classes)
    {
        const double Height = 320, Left = 34, Bottom = 40;
        var svg = new Svg(width, Height, "Price duration curves: " + string.Join("; ", data.Series.Select(
            series => $"{series.Name} {Figures.Cents(series.Measures.HighestPrice)} down to {Figures.Cents(series.Measures.LowestPrice)} ct/kWh in {Figures.Percent((double)series.Measures.PeriodsWithTrade / data.Plan.Span.Length)} of the periods")), classes);
        
        // As far as the longest curve goes, on a whole tenth.
        var most = data.Series.Max(series => (double)series.Measures.PeriodsWithTrade / data.Plan.Span.Length);
        var x = new Axis(0, Math.Max(0.1, Math.Ceiling(most * 10) / 10), Left, width - 18);
        var y = Axis.Around(data.Series.SelectMany(series => new[] { series.Measures.LowestPrice, series.Measures.HighestPrice }).OfType<double>(), Height - Bottom, 20, withZero: false);
        foreach (var tick in y.Ticks())
        {
            svg.Line("rule", Left, y.At(tick), x.To, y.At(tick)).Label("", Left - 6, y.At(tick) + 4, $"{tick:0.##}", "end");
        }

        svg.Label("", 0, 11, "ct/kWh").Label("", (Left + x.To) / 2, Height - 3, "part of all periods", "middle");
        foreach (var tick in x.Ticks())
        {
            svg.Line("axis", x.At(tick), y.From, x.At(tick), y.From + 4).Label("", x.At(tick), y.From + 18, $"{tick * 100:0} %", "middle");
        }

        foreach (var series in data.Series)
        {
            svg.Path($"curve {series.Colour} {series.Dashes}", Curve(DearestFirst(series), data.Plan.Span.Length, x, y));
        }

        return svg.ToString();
    }

    /// <summary>The mean prices of the periods with trade, ct/kWh.</summary>
    public static double[] DearestFirst(Series series) =>
        [.. series.Replay.Periods.Where(period => period.Volume.WattHours > 0).Select(Measures.SellerPrice).OrderDescending()];

    private static StringBuilder Curve(double[] prices, int periods, Axis x, Axis y)
    {
        var path = new StringBuilder();
        var points = Math.Min(MostPoints, prices.Length);
        for (var point = 0; point < points; point++)
        {
            var place = points == 1 ? 0 : (int)((long)point * (prices.Length - 1) / (points - 1));
            path.Append($"{(point == 0 ? 'M' : 'L')}{Svg.N(x.At((place + 0.5) / periods))} {Svg.N(y.At(prices[place]))}");
        }

        return path;
    }
}
