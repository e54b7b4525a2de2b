using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>
/// Chooses the one span in which each home is offered. A home states each span as if no other were called: sold twice, a battery would be
/// empty in the second. Both directions of the chosen span are offered, as a unit is never ordered both ways at once.
/// </summary>
public static class SpanChoice
{
    /// <summary>The headrooms of each home's best span, in the order of the input; what is malformed is left out.</summary>
    /// <param name="headrooms">Of a session: all that homes state for the periods whose offers stand together.</param>
    /// <param name="expected">
    /// The price that is expected at the market in a period and direction, as in <see cref="OfferStep"/>. A home's best span is that in which its steps
    /// would earn most above what they ask; of equals the earlier, then the shorter.
    /// </param>
    /// <param name="grid">Of the periods.</param>
    public static ImmutableArray<PointHeadroom> Of(
        IReadOnlyCollection<PointHeadroom> headrooms, Func<Period, RegulationDirection, Price> expected, PeriodGrid grid)
    {
        var best = new Dictionary<PodCode, (Period First, int Count)>();
        foreach (var home in headrooms.Where(headroom => headroom.Check() is null).GroupBy(headroom => headroom.Point))
        {
            best[home.Key] = home.GroupBy(headroom => (headroom.First, headroom.Count))
                .OrderByDescending(span => span.Max(headroom => Gain(headroom, expected, grid)))
                .ThenBy(span => span.Key.First).ThenBy(span => span.Key.Count).First().Key;
        }

        return [.. headrooms.Where(headroom => headroom.Check() is null && best[headroom.Point] == (headroom.First, headroom.Count))];
    }

    /// <summary>What the span would earn above what its steps ask, in thousandths of µEUR.</summary>
    private static Int128 Gain(PointHeadroom headroom, Func<Period, RegulationDirection, Price> expected, PeriodGrid grid)
    {
        Int128 gain = 0;
        for (var period = headroom.First; period < headroom.Until; period = period.Next)
        {
            var price = expected(period, headroom.Direction).MicroEurPerKWh;
            var receipt = headroom.Direction == RegulationDirection.Up ? price : -price;
            foreach (var step in headroom.Steps)
            {
                gain += (Int128)grid.EnergyOf(step.Watts).WattHours * Math.Max(0, receipt - headroom.Receipt(step).MicroEurPerKWh);
            }
        }

        return gain;
    }
}
