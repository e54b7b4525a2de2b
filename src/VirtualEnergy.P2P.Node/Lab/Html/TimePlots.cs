using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>Small multiples over the span: prices, and what was traded each day.</summary>
internal static class TimePlots
{
    private const double Width = 360;
    private const double Left = 30;
    private const double Bottom = 20;

    /// <summary>More stretches of time than this the eye cannot tell apart at this width.</summary>
    private const int MostStretches = 340;

    private static readonly int[] Lengths = [1, 2, 4, 8, 12, 24, 48, 96, 192, 672, 2_688];

    /// <summary>Periods that are drawn as one stretch: one for a few days, hours for a month, days for a year.</summary>
    public static int StretchOf(ReportData data) => Lengths.First(length => length == Lengths[^1] || data.Plan.Span.Length <= length * MostStretches);

    public static string Prices(ReportData data, Series series)
    {
        const double Height = 168;
        var length = StretchOf(data);
        var count = (data.Plan.Span.Length + length - 1) / length;
        var stretches = ReportData.Sum(series.Replay, count, i => i / length);
        var (asked, given) = Supplier(data, count, length);
        var measures = series.Measures;
        var svg = new Svg(Width, Height, $"{series.Name}: price over time, {Figures.Cents(measures.LowestPrice)} to {Figures.Cents(measures.HighestPrice)} ct/kWh, mean {Figures.Cents(measures.MeanPrice)}", series.Colour);
        var x = new Axis(0, data.Plan.Span.Length, Left, Width - 2);
        var y = Axis.Around(
            data.Series.SelectMany(other => new[] { other.Measures.LowestPrice, other.Measures.HighestPrice }).OfType<double>().Concat(asked).Concat(given), Height - Bottom, 6, withZero: false);
        Frame(svg, y, data);

        var (band, line, before) = (new StringBuilder(), new StringBuilder(), false);
        for (var i = 0; i < count; i++)
        {
            var (from, to) = (x.At(i * length), x.At(Math.Min((i + 1) * length, data.Plan.Span.Length)));
            if (stretches[i].Price is { } price)
            {
                line.Append($"{(before ? 'L' : 'M')}{Svg.N(from)} {Svg.N(y.At(price))}H{Svg.N(to)}");
                if (stretches[i].Highest > stretches[i].Lowest)
                {
                    band.Append($"M{Svg.N(from)} {Svg.N(y.At(stretches[i].Highest))}H{Svg.N(to)}V{Svg.N(y.At(stretches[i].Lowest))}H{Svg.N(from)}Z");
                }
            }

            before = stretches[i].Price is not null;
        }

        return svg.Path("supplier", Steps(x, y, asked, length)).Path("supplier", Steps(x, y, given, length)).Path("spread", band).Path("line", line).ToString();
    }

    public static string DailyVolume(ReportData data, Series series)
    {
        const double Height = 132;
        var perDay = PerDay(data, series);
        var svg = new Svg(Width, Height, $"{series.Name}: energy traded on each day, {Figures.KWh(series.Measures.Volume)} kWh in all, at most {Figures.KWh(perDay.Max(day => day.KWh))} kWh on one day", series.Colour);
        var y = Axis.Around(data.Series.SelectMany(other => PerDay(data, other)).Select(day => day.KWh), Height - Bottom, 6, withZero: true);
        Frame(svg, y, data);
        var width = (Width - 2 - Left) / data.Days.Length;
        var gap = width > 4 ? Math.Min(width * 0.25, 6) : 0;
        for (var day = 0; day < data.Days.Length; day++)
        {
            svg.Rectangle("bar", Left + day * width + gap / 2, y.At(perDay[day].KWh), width - gap, y.From - y.At(perDay[day].KWh), 0, $"{data.Days[day]:yyyy-MM-dd}: {Figures.KWh(perDay[day].KWh)} kWh");
        }

        return svg.ToString();
    }

    public static System.Collections.Immutable.ImmutableArray<Stretch> PerDay(ReportData data, Series series) =>
        ReportData.Sum(series.Replay, data.Days.Length, i => data.DayOf[i]);

    /// <summary>Days that get a label, at most so many: in hours for one day, else evenly spaced dates.</summary>
    public static IEnumerable<(double Day, string Text)> DayLabels(ReportData data, int most = 5)
    {
        if (data.Days.Length == 1)
        {
            return Enumerable.Range(0, 4).Select(i => (i / 4.0, $"{6 * i:00}:00"));
        }

        var every = (data.Days.Length + most - 1) / most;
        var format = data.Days.Length > 200 ? "MMM yy" : "d MMM";
        return Enumerable.Range(0, (data.Days.Length + every - 1) / every)
            .Where(i => data.Days.Length - i * every >= every * 0.5 || i == 0)
            .Select(i => ((double)(i * every), data.Days[i * every].ToString(format, CultureInfo.InvariantCulture)));
    }

    private static void Frame(Svg svg, Axis y, ReportData data)
    {
        foreach (var tick in y.Ticks(4))
        {
            svg.Line("rule", Left, y.At(tick), Width - 2, y.At(tick)).Label("", Left - 6, y.At(tick) + 4, $"{tick:#,0.##}", "end");
        }

        foreach (var (day, text) in DayLabels(data))
        {
            var at = Left + day / data.Days.Length * (Width - 2 - Left);
            svg.Line("axis", at, y.From, at, y.From + 4).Label("", at, svg.Height - 4, text);
        }
    }

    // What the supplier asks and gives, ct/kWh, means of the stretches.
    private static (double[] Asked, double[] Given) Supplier(ReportData data, int count, int length)
    {
        double Mean(int stretch, Func<SupplierPrices, Price> of) => Enumerable.Range(stretch * length, Math.Min(length, data.Plan.Span.Length - stretch * length))
            .Average(i => of(data.Plan.Tariff.At(new Period(data.Plan.Span.First.Index + i))).MicroEurPerKWh / 1e4);
        return ([.. Enumerable.Range(0, count).Select(i => Mean(i, prices => prices.Import))], [.. Enumerable.Range(0, count).Select(i => Mean(i, prices => prices.Export))]);
    }

    private static StringBuilder Steps(Axis x, Axis y, double[] values, int length)
    {
        var path = new StringBuilder();
        for (var i = 0; i < values.Length; i++)
        {
            if (i == 0 || values[i] != values[i - 1])
            {
                path.Append(i == 0 ? $"M{Svg.N(x.At(0))} {Svg.N(y.At(values[0]))}" : $"H{Svg.N(x.At(i * length))}V{Svg.N(y.At(values[i]))}");
            }
        }

        return path.Append($"H{Svg.N(x.To)}");
    }
}
