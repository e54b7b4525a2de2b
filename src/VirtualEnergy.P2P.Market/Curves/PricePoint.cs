namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>A corner of a point curve: at this price, this demand.</summary>
/// <remarks>
/// Ordered by rising price, then by falling demand: two points of one price are a step down, and at that price the lower
/// demand holds. Source: PowerMatcher 2.1, <c>PricePoint</c>.
/// </remarks>
/// <param name="Price">In the unit of the market basis.</param>
public readonly record struct PricePoint(long Price, Demand Demand) : IComparable<PricePoint>
{
    public int CompareTo(PricePoint other)
    {
        var byPrice = Price.CompareTo(other.Price);
        return byPrice != 0 ? byPrice : other.Demand.CompareTo(Demand);
    }
}
