using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>
/// The whole result as one page that needs nothing else: no script, no request, drawings inline. Light and dark, narrow and wide;
/// beside every drawing a table that says the same. The same result gives the same bytes.
/// </summary>
public static class HtmlReport
{
    private static readonly Lazy<string> Style = new(() =>
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("lab-report.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    });

    /// <param name="result">What is told.</param>
    /// <param name="commandLine">How to get the same again.</param>
    public static string Of(LabResult result, string commandLine)
    {
        var data = new ReportData(result);
        var page = new StringBuilder();
        page.Append(Head($"Market lab: {LabHeading.Days(data.Plan.Span)}"));
        page.Append(Hero(data)).Append(ComparisonCard.Of(data)).Append(WelfareCards.Of(data)).Append(PriceCards.Of(data))
            .Append(VolumeCards.Of(data)).Append(MemberCards.Of(data)).Append(MethodCard.Of(data, commandLine));
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    /// <summary>A page up to its content.</summary>
    /// <param name="title">Plain text.</param>
    internal static string Head(string title) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>{Svg.Text(title)}</title>
        <style>
        {Style.Value}</style>
        </head>
        <body>
        <main>

        """;

    private static string Hero(ReportData data)
    {
        ImmutableArray<Measures> all = [.. data.Series.Select(series => series.Measures)];
        var (busiest, most) = Verdict.Best(all, measures => measures.Volume, value => Figures.KWh(value!.Value));
        var (cheapest, least) = Verdict.Best(all, measures => -measures.CommunityCost, value => Figures.Euro(-value!.Value));
        var (sufficient, own) = Verdict.Best(all, measures => measures.SelfSufficiency, Figures.Percent);
        var less = all.Max(measures => measures.LessThanSupplierOnly);
        var consumed = data.Result.Baseline.Periods.Sum(period => period.Consumption.WattHours) / 1e3;
        var count = data.Series.Length;
        return $"""
            <header class="hero">
            <p class="eyebrow">VirtualEnergy P2P · market lab</p>
            <h1>One community, {(count <= Numbers.Length ? Numbers[count - 1] : Figures.Count(count))} {(count == 1 ? "market" : "markets")}</h1>
            <p class="facts">{Figures.Count(data.Plan.Community.Households.Length)} homes · {Svg.Text(Days(data.Plan.Span))} · {Figures.Count(data.Plan.Span.Length)} quarters of an hour · {Svg.Text(data.Plan.Community.Source)}</p>
            <p class="verdict">{Svg.Text(Verdict.Of(all, data.Baseline))}</p>
            <dl class="keys">
            <div><dt>Consumed by the homes</dt><dd>{Figures.KWh(consumed)} kWh<span class="note">for {Figures.Euro(data.Baseline.CommunityCost)} EUR from the supplier alone</span></dd></div>
            <div><dt>Most traded</dt><dd>{most} kWh<span class="note">by {Svg.Text(busiest)}</span></dd></div>
            <div><dt>Least cost</dt><dd>{least} EUR<span class="note">{Svg.Text(cheapest)}; {Figures.Euro(less)} EUR less than without a market</span></dd></div>
            <div><dt>Self-sufficiency</dt><dd>{own}<span class="note">{Svg.Text(sufficient)}; {Figures.Percent(data.Baseline.SelfSufficiency)} without a market</span></dd></div>
            </dl>
            </header>

            """;
    }

    private static readonly string[] Numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    private static string Days(LabSpan span)
    {
        string Day(DateOnly day) => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
        return span.Days == 1 ? Day(span.From) : $"{Day(span.From)} to {Day(span.To)}";
    }
}
