using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>How much was traded, by day and by hour.</summary>
internal static class VolumeCards
{
    public static string Of(ReportData data)
    {
        var range = HeatMap.Volume.Range(data);
        return Card.Of("", "Energy traded each day, kWh",
                "Bought and sold between members. The rest of their needs and surpluses goes to the supplier. More volume is not more welfare: a continuous market can trade energy at a loss that another mechanism leaves alone.",
                Card.Multiples(data, series => TimePlots.DailyVolume(data, series), series => $"{Figures.KWh(series.Measures.Volume)} kWh, {Figures.Count(series.Measures.Trades)} trades")
                + HtmlTable.Folded("As a table", "Energy traded on each day, kWh", ["day", .. data.Series.Select(series => series.Name)], PriceCards.PerDay(data, day => Figures.KWh(day.KWh))))
            + Card.Of("", "Energy traded by hour and day",
                "The stronger the colour, the more energy changed hands in that hour.",
                HeatMap.Volume.Legend(range) + Card.Multiples(data, series => HeatMap.Volume.Draw(data, series, range), _ => "")
                + PriceCards.ByHourTable(data, "Sums by hour as a table", "Energy traded in each hour of the clock over all days, kWh", hour => Figures.KWh(hour.KWh)));
    }
}
