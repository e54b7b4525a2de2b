using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>How much of the possible welfare a mechanism achieves, and who has it.</summary>
internal static class WelfareCards
{
    public static string Of(ReportData data)
    {
        var legend = "<ul class=\"legend\">" + string.Concat(new[] { ("buyers", "buyers"), ("sellers", "sellers"), ("market", "market account"), ("lost", "not achieved") }
            .Select(key => $"<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\"><rect class=\"{key.Item1}\" width=\"12\" height=\"12\" rx=\"3\"/></svg>{key.Item2}</li>")) + "</ul>\n";
        var table = HtmlTable.Folded("As a table", "Welfare, in EUR and as parts of the optimum",
            ["mechanism", "optimum EUR", "achieved EUR", "achieved", "buyers", "sellers", "market account", "market account EUR"],
            data.Series.Select(series => series.Measures).Select(m => new[]
            {
                m.Name, Figures.Euro(m.Optimum), Figures.Euro(m.Welfare), Figures.Percent(m.Efficiency), Figures.Percent(m.BuyersShare), Figures.Percent(m.SellersShare),
                Figures.Percent(m.MarketShare), Figures.Euro(m.MarketAccount),
            }));
        return Card.Of("half", "How much of the possible gain is achieved",
                "A buyer would pay up to her limit, a seller would take his; between the two lies the gain from trade. A full bar means that the mechanism found all of it in the bids it was given.",
                Card.Figure((width, classes) => BarPlots.Efficiency(data, width, classes), 540) + table)
            + Card.Of("half", "Who has the gain",
                "Buyers have what they pay less than their limits, sellers what they get above theirs. What a mechanism takes in and pays to no seller goes to the market account, which is the community's.",
                legend + Card.Figure((width, classes) => BarPlots.Split(data, width, classes), 540));
    }
}
