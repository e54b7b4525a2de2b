using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>The two sides of a bid, without bidder, period and number.</summary>
public readonly record struct BidSteps(ImmutableArray<Step> Buy, ImmutableArray<Step> Sell);

/// <summary>
/// Turns a home's demand curve into buy and sell steps. The curve is net of everything inside the home, so a battery that
/// feeds the home's own load shows as less buying, never as a sale and a purchase.
/// </summary>
/// <remarks>
/// Walking up in price, the curve falls slice by slice. While it is positive, a slice is energy that the home stops buying:
/// a buy step at the slice's limit. Once it is negative, a slice is energy that the home starts to sell: a sell step one tick
/// above the limit. A slice across zero gives both, a tick apart, so the sides never cross. What is still positive where the
/// supplier is cheaper is bought up to the home's reservation price, what is still negative where the supplier pays
/// more is sold from its reservation price on; the rest is the supplier's.
/// </remarks>
public static class BidConstruction
{
    /// <param name="curve">The home's net energy as a function of price.</param>
    /// <param name="supplier">The supplier's prices in the period.</param>
    /// <param name="reservation">The prices between which the home trades.</param>
    /// <param name="limit">Most energy that the connection carries each way, Wh.</param>
    /// <param name="rules">Tick, floor and cap.</param>
    public static BidSteps Steps(DemandCurve curve, SupplierPrices supplier, Reservation reservation, Energy limit, MarketRules rules)
    {
        var buy = new List<Step>();
        var sell = new List<Step>();
        var net = curve.At(supplier.Import);
        if (net > Energy.Zero)
        {
            buy.Add(new Step(reservation.Buy, net));
        }

        // Downwards in price the curve rises: first sells end, then buys begin.
        foreach (var slice in curve.Slices.Where(slice => slice.Limit < supplier.Import && slice.Limit >= supplier.Export))
        {
            var sold = Energy.Min(slice.Energy, Energy.Max(Energy.Zero, -net));
            if (sold > Energy.Zero)
            {
                sell.Add(new Step(Price.Max(Tick.After(slice.Limit, rules), reservation.Sell), sold));
            }

            if (slice.Energy > sold)
            {
                buy.Add(new Step(Price.Min(slice.Limit, reservation.Buy), slice.Energy - sold));
            }

            net += slice.Energy;
        }

        if (net < Energy.Zero)
        {
            sell.Add(new Step(reservation.Sell, -net));
        }

        var buySteps = Carried(Joined(buy, rules.Cap, Price.Min).Where(step => step.Price >= rules.Floor).OrderByDescending(step => step.Price), limit);
        var sellSteps = Carried(Joined(sell, rules.Floor, Price.Max).Where(step => step.Price <= rules.Cap).OrderBy(step => step.Price), limit);
        return Uncrossed(buySteps, sellSteps);
    }

    // A limit beyond the market's floor or cap binds no more than the floor or cap itself.
    private static IEnumerable<Step> Joined(IEnumerable<Step> steps, Price bound, Func<Price, Price, Price> within) =>
        steps.GroupBy(step => within(step.Price, bound))
            .Select(group => new Step(group.Key, group.Aggregate(Energy.Zero, (sum, step) => sum + step.Energy)));

    // The best steps first, until the connection is full or the bid has half of the steps it may have.
    private static ImmutableArray<Step> Carried(IEnumerable<Step> bestFirst, Energy limit)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        foreach (var step in bestFirst.Take(Bid.MaxSteps / 2))
        {
            var energy = Energy.Min(step.Energy, limit);
            if (energy > Energy.Zero)
            {
                steps.Add(step with { Energy = energy });
                limit -= energy;
            }
        }

        return steps.ToImmutable();
    }

    // Reservation prices that cross, because the supplier has no spread, leave nothing to gain by selling.
    private static BidSteps Uncrossed(ImmutableArray<Step> buy, ImmutableArray<Step> sell) =>
        buy.IsEmpty || sell.IsEmpty || buy[0].Price < sell[0].Price ? new(buy, sell) : new(buy, []);
}
