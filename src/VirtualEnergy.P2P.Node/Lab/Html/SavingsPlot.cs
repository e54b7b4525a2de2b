using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>A point a member, a row a mechanism: what members save for each kWh through their meters.</summary>
internal static class SavingsPlot
{
    public const double RowHeight = 52;
    private const double Radius = 4.5;

    public static string Of(ReportData data, double width, string classes)
    {
        var svg = new Svg(width, data.Series.Length * RowHeight + 38, "Members' savings: " + string.Join("; ", data.Series.Select(Said)), classes);
        var x = Axis.Around(data.Series.SelectMany(Values).Select(value => value.Cents), 92, width - 10, withZero: true);
        var bottom = data.Series.Length * RowHeight + 2;
        foreach (var tick in x.Ticks())
        {
            svg.Line(tick == 0 ? "axis" : "rule", x.At(tick), 2, x.At(tick), bottom).Label("", x.At(tick), bottom + 16, $"{tick:0.##}", "middle");
        }

        svg.Label("", (x.From + x.To) / 2, bottom + 33, "ct saved per kWh through the meter", "middle");
        foreach (var series in data.Series)
        {
            var middle = series.Index * RowHeight + RowHeight / 2;
            svg.Label("name", 0, middle + 4, series.Name);
            foreach (var (at, level, member, cents) in Dodged(Values(series), x))
            {
                svg.Circle($"dot {series.Colour}", at, middle + level, Radius, $"{member.Home}: {Figures.Cents(cents)} ct/kWh, {Figures.Euro(member.Savings.MicroEur / 1e6)} EUR");
            }

            if (Median(series) is { } median)
            {
                svg.Line("median", x.At(median), middle - 18, x.At(median), middle + 18);
            }
        }

        return svg.ToString();
    }

    /// <summary>The middle member's savings, ct/kWh; null when no energy went through a meter.</summary>
    public static double? Median(Series series)
    {
        double[] sorted = [.. Values(series).Select(value => value.Cents).Order()];
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static IEnumerable<(MemberResult Member, double Cents)> Values(Series series) =>
        from member in series.Replay.Members
        let cents = Measures.SavingsPerKWh(member)
        where cents is not null
        select (member, cents.Value);

    private static string Said(Series series)
    {
        var cents = Values(series).Select(value => value.Cents).DefaultIfEmpty().ToList();
        return $"{series.Name} {Figures.Cents(cents.Min())} to {Figures.Cents(cents.Max())} ct/kWh, median {Figures.Cents(Median(series))}";
    }

    // Points that would cover each other step aside, up and down in turn, as far as the row is high.
    private static IEnumerable<(double At, double Level, MemberResult Member, double Cents)> Dodged(IEnumerable<(MemberResult Member, double Cents)> values, Axis x)
    {
        double[] levels = [0, -9, 9, -18, 18];
        var ends = new double[levels.Length];
        Array.Fill(ends, double.NegativeInfinity);
        foreach (var (member, cents) in values.OrderBy(value => value.Cents).ThenBy(value => value.Member.Home, StringComparer.Ordinal))
        {
            var at = x.At(cents);
            var level = Array.FindIndex(ends, end => end + 2 * Radius <= at);
            level = level >= 0 ? level : Array.IndexOf(ends, ends.Min());
            ends[level] = at;
            yield return (at, levels[level], member, cents);
        }
    }
}
