using System.Globalization;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>Prices over time, sorted, and by hour of the day.</summary>
internal static class PriceCards
{
    public static string Of(ReportData data) => OverTime(data) + Duration(data) + ByHour(data);

    private static string OverTime(ReportData data)
    {
        var minutes = TimePlots.StretchOf(data) * 15;
        var stretch = minutes < 60 ? $"{minutes} minutes" : minutes == 60 ? "an hour" : minutes < 1_440 ? $"{minutes / 60} hours" : minutes == 1_440 ? "a day" : $"{minutes / 1_440} days";
        var days = HtmlTable.Folded("Daily means as a table", "Sellers' mean price on each day, ct/kWh", ["day", .. data.Series.Select(series => series.Name)], PerDay(data, hour => Figures.Cents(hour.Price)));
        return Card.Of("", "Price over time, ct/kWh",
            $"The line is what sellers got on average in {stretch}, by energy; the shade reaches from the lowest to the highest quarter of an hour in it. Dotted: what the supplier asks and what it pays. A gap: nothing traded.",
            Card.Multiples(data, series => TimePlots.Prices(data, series), series => $"mean {Figures.Cents(series.Measures.MeanPrice)}") + days);
    }

    private static string Duration(ReportData data)
    {
        var legend = "<ul class=\"legend\">" + string.Concat(data.Series.Select(series =>
            $"<li><svg class=\"{series.Colour}\" width=\"30\" height=\"8\" aria-hidden=\"true\"><path class=\"curve {series.Dashes}\" d=\"M0 4H30\"/></svg>{Svg.Text(series.Name)}</li>")) + "</ul>\n";
        double[] parts = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
        var table = HtmlTable.Folded("Quantiles as a table", "Price that this part of the periods with trade reaches or exceeds, ct/kWh",
            ["mechanism", "periods with trade", .. parts.Select(part => part == 0 ? "dearest" : part == 1 ? "cheapest" : Figures.Percent(part))],
            data.Series.Select(series => (Series: series, Prices: DurationPlot.DearestFirst(series)))
                .Select(entry => (string[])[entry.Series.Name, Figures.Count(entry.Prices.Length),
                    .. parts.Select(part => entry.Prices.Length == 0 ? Figures.None : Figures.Cents(entry.Prices[(int)Math.Round(part * (entry.Prices.Length - 1), MidpointRounding.AwayFromZero)]))]));
        return Card.Of("", "Price duration",
            "All quarters of an hour with trade, the dearest first. Read across: in which part of the time was the price at least so high? A curve ends where nothing more traded; in the rest of the time nobody did. Curves that fall together show as one line in two colours.",
            legend + Card.Figure((width, classes) => DurationPlot.Of(data, width, classes), 1_150) + table);
    }

    private static string ByHour(ReportData data)
    {
        var range = HeatMap.Price.Range(data);
        return Card.Of("", "Price by hour and day",
            "Down: the hours of the local clock. Across: the days. The stronger the colour, the dearer; one colour means one price everywhere.",
            HeatMap.Price.Legend(range) + Card.Multiples(data, series => HeatMap.Price.Draw(data, series, range), _ => "")
            + ByHourTable(data, "Means by hour as a table", "Sellers' mean price in each hour of the clock over all days, ct/kWh", hour => Figures.Cents(hour.Price)));
    }

    /// <summary>Hours of the clock, all days together.</summary>
    public static string ByHourTable(ReportData data, string summary, string caption, Func<Stretch, string> text)
    {
        var hours = data.Series.Select(series => ReportData.Sum(series.Replay, 24, i => data.HourOf[i])).ToArray();
        return HtmlTable.Folded(summary, caption, ["hour", .. data.Series.Select(series => series.Name)],
            Enumerable.Range(0, 24).Select(hour => (string[])[$"{hour:00}:00", .. hours.Select(series => text(series[hour]))]));
    }

    /// <summary>A line a day, a column a mechanism.</summary>
    public static IEnumerable<string[]> PerDay(ReportData data, Func<Stretch, string> text)
    {
        var days = data.Series.Select(series => TimePlots.PerDay(data, series)).ToArray();
        return data.Days.Select((day, i) => (string[])[day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), .. days.Select(series => text(series[i]))]);
    }
}
