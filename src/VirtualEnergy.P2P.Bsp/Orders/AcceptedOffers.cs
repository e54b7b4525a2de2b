using VirtualEnergy.P2P.Bsp.Offers;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Orders;

/// <summary>The least power that a unit has sold over the whole of a span, W; 0 where it sold nothing.</summary>
public delegate long SoldPower(UnitId unit, RegulationDirection direction, DateTimeOffset from, DateTimeOffset to);

/// <summary>What was sold, by the offers that the operator accepted.</summary>
public static class AcceptedOffers
{
    /// <summary>A week of quarters of an hour; no order is longer, and one that claims to be has sold nothing.</summary>
    private const int MaxPeriods = 672;

    /// <summary>The least accepted power of all periods that the span touches.</summary>
    public static SoldPower In(OfferBook offers, PeriodGrid grid) => (unit, direction, from, to) =>
    {
        var (first, last) = (grid.At(from), grid.At(to.AddTicks(-1)));
        if (to <= from || last.Index - first.Index >= MaxPeriods)
        {
            return 0;
        }

        var least = long.MaxValue;
        for (var period = first; period <= last && least > 0; period = period.Next)
        {
            least = Math.Min(least, offers.AcceptedWatts(unit, period, direction));
        }

        return least;
    };
}
