namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>
/// From corner points to a demand for each price step: constant below the first point and from the last one on, a straight
/// line between neighbours, and at a price that points share the lowest of their demands.
/// </summary>
/// <remarks>
/// A step's demand is exact on the line, then rounded half up to a whole nW, so a falling line stays falling. Points whose first
/// and last demand are equal are one flat curve. Source: PowerMatcher 2.1, <c>PointBidBuilder</c>.
/// </remarks>
public static class PointCurve
{
    /// <summary>The points in the order in which they are read: rising price, then falling demand.</summary>
    public static PricePoint[] Sort(ReadOnlySpan<PricePoint> points)
    {
        var sorted = points.ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    internal static CurveFault FaultOf(MarketBasis basis, ReadOnlySpan<PricePoint> points)
    {
        foreach (var point in points)
        {
            if (!basis.Contains(point.Price))
            {
                return CurveFault.PriceOutOfRange;
            }

            if (point.Demand > Demand.MaxOfCurve || point.Demand < -Demand.MaxOfCurve)
            {
                return CurveFault.OutOfRange;
            }
        }

        var sorted = Sort(points);
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Demand > sorted[i - 1].Demand)
            {
                return CurveFault.Increasing;
            }
        }

        return points.IsEmpty ? CurveFault.NoPoints : default;
    }

    /// <param name="points">Without fault, in any order.</param>
    internal static Demand[] Interpolate(MarketBasis basis, ReadOnlySpan<PricePoint> points)
    {
        var sorted = Sort(points);
        var demands = new Demand[basis.PriceSteps];
        var next = 0; // the first point above the step's price
        for (var step = 0; step < demands.Length; step++)
        {
            while (next < sorted.Length && basis.Above(step, sorted[next].Price) <= 0)
            {
                next++;
            }

            demands[step] = next == 0 ? sorted[0].Demand
                : next == sorted.Length ? sorted[^1].Demand
                : Between(basis, step, sorted[next - 1], sorted[next]);
        }

        return demands;
    }

    private static Demand Between(MarketBasis basis, int step, PricePoint low, PricePoint high)
    {
        // Both distances in the same fraction of a unit: their ratio is where the step lies on the line.
        var above = basis.Above(step, high.Price);
        var below = -basis.Above(step, low.Price);
        var whole = above + below;
        var fall = (Int128)low.Demand.NanoWatts - high.Demand.NanoWatts;
        // The fall is not negative, so this floor division rounds half up.
        return new Demand((long)(high.Demand.NanoWatts + (2 * fall * above + whole) / (2 * whole)));
    }
}
