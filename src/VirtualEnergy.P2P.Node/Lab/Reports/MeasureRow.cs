using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>A line of the comparison: one measure over all replays.</summary>
/// <param name="Title">What is measured.</param>
/// <param name="Unit">Its unit, or nothing.</param>
/// <param name="Text">How a replay's value reads.</param>
/// <param name="Rank">The value to rank by, greater is better; null where there is no better, or no value.</param>
public sealed record MeasureRow(string Title, string Unit, Func<Measures, string> Text, Func<Measures, double?> Rank)
{
    private static readonly Func<Measures, double?> Unranked = _ => null;

    /// <summary>The lines of the terminal's table and of the report's, in order.</summary>
    public static ImmutableArray<MeasureRow> All { get; } =
    [
        new("welfare of the optimum", "%", m => Figures.PercentNumber(m.Efficiency), m => m.Efficiency),
        new("  buyers' part", "%", m => Figures.PercentNumber(m.BuyersShare), Unranked),
        new("  sellers' part", "%", m => Figures.PercentNumber(m.SellersShare), Unranked),
        new("  market account's part", "%", m => Figures.PercentNumber(m.MarketShare), Unranked),
        new("price, sellers' mean", "ct/kWh", m => Figures.Cents(m.MeanPrice), Unranked),
        new("  lowest of a period", "ct/kWh", m => Figures.Cents(m.LowestPrice), Unranked),
        new("  highest of a period", "ct/kWh", m => Figures.Cents(m.HighestPrice), Unranked),
        new("price, buyers' mean", "ct/kWh", m => Figures.Cents(m.MeanBuyerPrice), Unranked),
        new("volume traded", "kWh", m => m.Trades > 0 ? Figures.KWh(m.Volume) : Figures.None, Unranked),
        new("trades", "", m => m.Trades > 0 ? Figures.Count(m.Trades) : Figures.None, Unranked),
        new("fairness, Jain's index", "", m => Figures.Index(m.Jain), m => m.Jain),
        new("members who lose", "", m => Figures.Count(m.Losers), Unranked),
        new("self-sufficiency", "%", m => Figures.PercentNumber(m.SelfSufficiency), m => m.SelfSufficiency),
        new("cost, all members", "EUR", m => Figures.Euro(m.MembersCost), Unranked),
        new("cost, community", "EUR", m => Figures.Euro(m.CommunityCost), m => -m.CommunityCost),
        new("  less than supplier-only", "EUR", m => Figures.Euro(m.LessThanSupplierOnly), m => m.LessThanSupplierOnly),
        new("savings at the meter", "EUR", m => Figures.Euro(m.Savings), Unranked),
        new("stored at the end", "kWh", m => Figures.KWh(m.Stored), Unranked),
    ];

    /// <summary>Whether a replay's value is the best of all, as it reads; never where all are alike.</summary>
    public bool IsBest(Measures measures, IReadOnlyCollection<Measures> all)
    {
        var ranked = all.Where(other => Rank(other) is not null).ToList();
        return Rank(measures) is not null && ranked.Any(other => Text(other) != Text(measures)) && Text(ranked.MaxBy(Rank)!) == Text(measures);
    }
}
