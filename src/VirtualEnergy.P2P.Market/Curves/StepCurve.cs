using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>
/// From steps of a bid (market rule 1) to a curve, so that the same homes can trade either way: at each price what the buy
/// steps with this limit or a higher one take, less what the sell steps with this limit or a lower one give.
/// </summary>
/// <remarks>
/// Exact where every limit is a price of the basis. A limit between two prices counts for those that keep it: a buy up to the
/// price below, a sell from the price above.
/// </remarks>
public static class StepCurve
{
    private const long NanoWattSecondsPerWattHour = 3600 * Demand.NanoWattsPerWatt;

    /// <summary>All prices that a community's bids can have: from floor to cap, tick by tick.</summary>
    /// <exception cref="ArgumentException">The cap is not a whole number of ticks above the floor, or too many of them.</exception>
    public static MarketBasis BasisOf(MarketRules rules)
    {
        var (ticks, rest) = Int128.DivRem((Int128)rules.Cap.MicroEurPerKWh - rules.Floor.MicroEurPerKWh, rules.TickMicroEurPerKWh);
        return rest == 0 && ticks < MarketBasis.MaxPriceSteps
            ? MarketBasis.Create((int)ticks + 1, rules.Floor.MicroEurPerKWh, rules.Cap.MicroEurPerKWh)
            : throw new ArgumentException(CurveFault.PriceSteps.Code(), nameof(rules));
    }

    /// <param name="bid">Admitted: every buy price below every sell price.</param>
    /// <param name="basis">Prices in µEUR/kWh.</param>
    /// <param name="seconds">The length of the period: energy becomes constant power.</param>
    /// <exception cref="ArgumentException">More than 1 GW, or a period that does not divide the hour's nW evenly.</exception>
    public static DemandCurve Of(Bid bid, MarketBasis basis, int seconds) =>
        Of(bid.Buy.Select(step => (Side.Buy, step)).Concat(bid.Sell.Select(step => (Side.Sell, step))), basis, seconds);

    /// <summary>The curve of one member's loose orders.</summary>
    public static DemandCurve Of(IEnumerable<Order> orders, MarketBasis basis, int seconds) =>
        Of(orders.Select(order => (order.Side, new Step(order.Price, order.Energy))), basis, seconds);

    private static DemandCurve Of(IEnumerable<(Side Side, Step Step)> steps, MarketBasis basis, int seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        var (perWattHour, rest) = Math.DivRem(NanoWattSecondsPerWattHour, seconds);
        if (rest != 0)
        {
            throw new ArgumentException($"A Wh over {seconds} s is no whole number of nW.", nameof(seconds));
        }

        // Each step changes the demand once along the prices: a buy ends after its limit, a sell begins at it.
        var changes = new Int128[basis.PriceSteps + 1];
        foreach (var (side, step) in steps)
        {
            var demand = (Int128)step.Energy.WattHours * perWattHour;
            if (side == Side.Buy)
            {
                changes[0] += demand;
            }

            changes[StepsBelow(basis, step.Price.MicroEurPerKWh, orEqual: side == Side.Buy)] -= demand;
        }

        var demands = new Demand[basis.PriceSteps];
        Int128 sum = 0;
        for (var i = 0; i < demands.Length; i++)
        {
            sum += changes[i];
            demands[i] = Int128.Abs(sum) <= Demand.MaxOfCurve.NanoWatts ? new Demand((long)sum) : throw new ArgumentException(CurveFault.OutOfRange.Code(), nameof(steps));
        }

        return DemandCurve.Create(basis, demands);
    }

    /// <summary>How many of the basis' prices are below a limit, or also at it.</summary>
    private static int StepsBelow(MarketBasis basis, long limit, bool orEqual)
    {
        int low = 0, high = basis.PriceSteps;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            var above = basis.Above(middle, limit);
            (low, high) = above > 0 || (orEqual && above == 0) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
