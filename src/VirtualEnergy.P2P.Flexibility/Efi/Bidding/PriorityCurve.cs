using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Efi.Bidding;

/// <summary>
/// A storage's demand by how much it wants energy: its options share the range of prices, the highest power at the lowest prices; wanting
/// energy moves all borders up, having it moves them down.
/// </summary>
/// <remarks>
/// With n options the borders lie at 1/n to (n−1)/n of the range at priority 0. At −1 all lie at its start, so the lowest power is demanded at
/// every price; at 1 at its end. Modelled on PowerMatcher's buffer agent, whose published cases are among the tests; how it spreads several
/// modes at other priorities was not read.
/// </remarks>
public static class PriorityCurve
{
    /// <param name="powers">In any order.</param>
    /// <param name="priority">−1, full, to 1, empty; beyond counts as the end.</param>
    public static DemandCurve Of(IEnumerable<Demand> powers, double priority, MarketBasis basis)
    {
        var options = powers.Distinct().OrderDescending().ToImmutableArray();
        var wanting = Math.Clamp(priority, -1, 1);
        var borders = Enumerable.Range(1, options.Length - 1).Select(i => i / (double)options.Length)
            .Select(border => wanting < 0 ? border * (1 + wanting) : border + (1 - border) * wanting).ToArray();
        var demands = new Demand[basis.PriceSteps];
        for (var step = 0; step < demands.Length; step++)
        {
            var place = step / (double)Math.Max(1, basis.PriceSteps - 1);
            demands[step] = options[borders.Count(border => border <= place && border < 1)];
        }

        return DemandCurve.Create(basis, demands);
    }
}
