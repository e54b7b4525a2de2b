using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Node.Lab.Reports;

/// <summary>The comparison in a sentence or two: who uses the bids best, who leaves the community cheapest, who shares most evenly.</summary>
public static class Verdict
{
    /// <param name="mechanisms">At least one, without the supplier alone.</param>
    /// <param name="baseline">The supplier alone.</param>
    public static string Of(ImmutableArray<Measures> mechanisms, Measures baseline)
    {
        if (mechanisms.All(measures => measures.Trades == 0))
        {
            return mechanisms.All(measures => measures.Optimum == 0)
                ? "Nothing was there to trade: in no period did a home bid to buy at a price at which another sold."
                : "Nothing was traded.";
        }

        var (welfare, most) = Best(mechanisms, measures => measures.Efficiency, Figures.Percent);
        var (cheapest, cost) = Best(mechanisms, measures => -measures.CommunityCost, value => Figures.Euro(-value!.Value));
        var (fairest, jain) = Best(mechanisms, measures => measures.Jain, Figures.Index);
        var less = baseline.CommunityCost > 0 ? $", {Figures.Percent(1 - mechanisms.Min(measures => measures.CommunityCost) / baseline.CommunityCost)} below the supplier alone" : "";
        return $"Most of the possible welfare: {welfare} ({most}). Cheapest for the community: {cheapest} ({cost} EUR{less})."
            + (jain == Figures.None ? "" : $" Most even: {fairest} (Jain {jain}).");
    }

    /// <summary>All whose value reads as the best does, and how it reads.</summary>
    /// <param name="mechanisms">At least one.</param>
    /// <param name="of">The value, greater is better.</param>
    /// <param name="text">How a value reads.</param>
    public static (string Names, string Value) Best(ImmutableArray<Measures> mechanisms, Func<Measures, double?> of, Func<double?, string> text)
    {
        var best = text(mechanisms.Max(of));
        return (Figures.List([.. mechanisms.Where(measures => of(measures) is { } value && text(value) == best).Select(measures => measures.Name)]), best);
    }
}
