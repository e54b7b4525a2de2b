using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Node.Curves;

/// <summary>The answer for one cluster.</summary>
/// <param name="Price">In the file's unit; what the agents get. With peak shaving the price of a step.</param>
/// <param name="PriceIndex">The nearest step.</param>
/// <param name="Aggregated">The sum of the curves that were taken; clipped by peak shaving.</param>
/// <param name="Rejected">Bids left out, by their place in the file, with the reason's code.</param>
/// <param name="Allocations">What each agent takes; null for a bid that was left out.</param>
/// <param name="Boundary">The sum of the allocations: what flows into the cluster.</param>
/// <param name="Shaved">How peak shaving came to this; null without it.</param>
public sealed record CurveResult(
    MarketBasis Basis,
    decimal Price,
    int PriceIndex,
    DemandCurve Aggregated,
    ImmutableArray<(int Index, string Reason)> Rejected,
    ImmutableArray<Demand?> Allocations,
    Demand Boundary,
    ShavedResult? Shaved);

/// <param name="Unshaved">The sum of the curves before clipping.</param>
/// <param name="MarketPrice">What the market found for the clipped curve.</param>
/// <param name="Uncontrolled">The part of the measured flow that no agent controls.</param>
public sealed record ShavedResult(DemandCurve Unshaved, decimal MarketPrice, int MarketPriceIndex, Demand Uncontrolled);

/// <summary>Clears a cluster of curves with the market's own engine.</summary>
public static class CurveClearing
{
    private const int PriceDecimals = 15;

    public static CurveResult Clear(CurveCase cluster, FlowBounds? bounds = null)
    {
        var curves = new CurveCluster(cluster.Basis);
        var taken = new List<(int Index, DemandCurve Curve)>();
        var rejected = ImmutableArray.CreateBuilder<(int, string)>();
        foreach (var (index, bid) in cluster.Bids.Index())
        {
            if (bid.Curve is not { } curve)
            {
                rejected.Add((index, bid.Fault!));
            }
            else if (curves.TryAdd(curve, out _, out var fault))
            {
                taken.Add((index, curve));
            }
            else
            {
                rejected.Add((index, fault.Code()));
            }
        }

        var aggregate = curves.ToCurve();
        var found = Equilibrium.Of(aggregate, cluster.Target);
        var (price, priceIndex, sent, target, shaved) = (PriceOf(found, cluster.Basis), found.Index, aggregate, cluster.Target, (ShavedResult?)null);
        if (bounds is not null)
        {
            // What is measured and not explained by the agents' demand at the price without bounds is beyond their control.
            var uncontrolled = bounds.MeasuredFlow is { } measured ? PeakShaving.UncontrolledFlow(measured, aggregate[found.Index]) : Demand.Zero;
            sent = new PeakShaving(bounds.Floor, bounds.Ceiling).Clip(aggregate, uncontrolled);
            var market = Equilibrium.Of(sent, cluster.Target);
            shaved = new ShavedResult(aggregate, PriceOf(market, cluster.Basis), market.Index, uncontrolled);
            priceIndex = PeakShaving.PriceFor(aggregate, sent, market.Index);
            price = PriceOf(priceIndex, 1, cluster.Basis);

            // Agents whose price was changed follow it; nobody is to close a gap that the bounds opened.
            target = priceIndex == market.Index && sent[priceIndex] == aggregate[priceIndex] ? cluster.Target : aggregate[priceIndex];
        }

        var allocation = CurveAllocation.Of([.. taken.Select(entry => entry.Curve)], priceIndex, target);
        var allocations = new Demand?[cluster.Bids.Length];
        foreach (var (place, (index, _)) in taken.Index())
        {
            allocations[index] = allocation.Demands[place];
        }

        return new CurveResult(cluster.Basis, price, priceIndex, sent, rejected.ToImmutable(), [.. allocations], allocation.Boundary, shaved);
    }

    private static decimal PriceOf(Equilibrium found, MarketBasis basis) =>
        basis.PriceSteps == 1 ? CurveNumber.ToUnits(found.PriceOn(basis)) : PriceOf(found.Position.Numerator, found.Position.Denominator, basis);

    /// <summary>The price at a fraction of steps, to 15 decimals, half up.</summary>
    private static decimal PriceOf(BigInteger steps, BigInteger denominator, MarketBasis basis)
    {
        var below = denominator * Math.Max(1, basis.PriceSteps - 1) * CurveNumber.PerUnit;
        var above = (basis.MinimumPrice * denominator * Math.Max(1, basis.PriceSteps - 1)) + (((BigInteger)basis.MaximumPrice - basis.MinimumPrice) * steps);
        var scale = BigInteger.Pow(10, PriceDecimals);
        var twice = (2 * above * scale) + below;
        var rounded = BigInteger.DivRem(twice, 2 * below, out var rest) - (rest.Sign < 0 ? 1 : 0);
        return (decimal)rounded / (decimal)scale / 1.0000000000000000000000000000m;
    }
}
