using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Baselines;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>Puts together what is needed to settle: frozen baselines, moved by the hours before the order, and what meters read.</summary>
/// <param name="profile">The market's rules.</param>
/// <param name="portfolio">Whose points are whose.</param>
/// <param name="baselines">What was frozen.</param>
/// <param name="rosters">Which points count in which period.</param>
/// <param name="measured">What a point's meter read in a period; null where it was not read. Where it was read in part, the baseline stands in for the rest.</param>
public sealed class UnitMeasurement(MarketProfile profile, UnitPortfolio portfolio, BaselineBook baselines, RosterBook rosters, Func<PodCode, Period, MeterReading?> measured)
{
    /// <summary>What each point of a unit did in a period of an order. A point without a frozen baseline, or that does not count in the period, has no part in it.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="period">The period to settle.</param>
    /// <param name="start">The first period of the order, before which the same-day adjustment looks.</param>
    /// <param name="assigned">What the provider told a point to deliver in the period, in Wh, 0 or more, and the mean ask of it.</param>
    public ImmutableArray<PointDelivery> Of(VirtualUnit unit, Period period, Period start, Func<PodCode, (Energy Energy, Price Ask)> assigned)
    {
        var roster = rosters.Find(unit.Id, period);
        var deliveries = ImmutableArray.CreateBuilder<PointDelivery>();
        foreach (var point in portfolio.PointsOf(unit).DistinctBy(point => point.Code))
        {
            if (baselines.Find(point.Code, period) is { } frozen && roster?.Has(point.Code) != false)
            {
                var adjustment = SameDayAdjustment.Of(
                    profile.Baseline, start, before => baselines.Find(point.Code, before), before => Read(point.Code, before, baselines.Find(point.Code, before)), profile.Grid);
                var (told, ask) = assigned(point.Code);
                deliveries.Add(new PointDelivery(point.Code, point.Member, frozen + adjustment, Read(point.Code, period, frozen + adjustment), told, ask));
            }
        }

        return deliveries.DrainToImmutable();
    }

    private Energy? Read(PodCode point, Period period, Energy? baseline) => baseline is { } planned ? measured(point, period)?.Filled(planned, profile.Grid) : null;
}
