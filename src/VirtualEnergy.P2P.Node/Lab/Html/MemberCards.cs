using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Lab.Reports;

namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>What the market is worth to each member, and how evenly.</summary>
internal static class MemberCards
{
    public static string Of(ReportData data) =>
        Card.Of("half", "What each member saves",
            "A point is a home: its savings against the supplier's prices, for each kWh that went through its meter either way. The upright line is the middle home.",
            Card.Figure((width, classes) => SavingsPlot.Of(data, width, classes), 540))
        + Card.Of("half", "How evenly the savings fall",
            "Jain's index of the points on the left: 1 when every kWh saves every home the same, 1/n when one home of n has it all. A home that loses counts as one that saves nothing.",
            Card.Figure((width, classes) => BarPlots.Jain(data, width, classes), 540)
            + HtmlTable.Folded("As a table", "Savings per kWh through the meter, ct/kWh, and their evenness", ["mechanism", "least", "median", "most", "Jain's index", "members who lose"], data.Series.Select(Evenness)))
        + Card.Of("", "Member by member",
            "Savings of each home in EUR, and under each mechanism what it bought, sold, paid and left to the supplier.",
            HtmlTable.Folded("Savings, EUR", "Savings of each home, EUR", ["home", .. data.Series.Select(series => series.Name)],
                data.Result.Baseline.Members.Select((home, i) => (string[])[home.Home, .. data.Series.Select(series => Euro(series.Replay.Members[i].Savings))]))
            + string.Concat(data.Result.All.Select(Outcome)));

    private static string[] Evenness(Series series)
    {
        var cents = series.Replay.Members.Select(Measures.SavingsPerKWh).OfType<double>().DefaultIfEmpty().ToList();
        return [series.Name, Figures.Cents(cents.Min()), Figures.Cents(SavingsPlot.Median(series)), Figures.Cents(cents.Max()), Figures.Index(series.Measures.Jain), Figures.Count(series.Measures.Losers)];
    }

    private static string Outcome(MechanismResult replay) => HtmlTable.Folded($"Outcome under {replay.Name}", $"{replay.Name}: energy in kWh, money in EUR",
        ["home", "zone", "bought", "sold", "paid locally", "from supplier", "to supplier", "paid to supplier", "cost", "savings", "ct/kWh saved", "consumed", "produced"],
        replay.Members.Select(member => new[]
        {
            member.Home, member.Zone.Value, KWh(member.Bought), KWh(member.Sold), Euro(member.Paid), KWh(member.SupplierImport), KWh(member.SupplierExport),
            Euro(member.SupplierCost), Euro(member.Cost), Euro(member.Savings), Figures.Cents(Measures.SavingsPerKWh(member)), KWh(member.Consumption), KWh(member.Production),
        }));

    private static string Euro(Money money) => Figures.Euro(money.MicroEur / 1e6);

    private static string KWh(Energy energy) => Figures.KWh(energy.WattHours / 1e3);
}
