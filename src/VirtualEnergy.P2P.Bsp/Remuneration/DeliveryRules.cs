using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>The figures of a unit's period.</summary>
/// <param name="Ordered">What was ordered, in Wh.</param>
/// <param name="Delivered">What all points delivered together; below zero where the unit went the other way.</param>
/// <param name="Paid">What of it is paid: not more than ordered, not less than nothing.</param>
/// <param name="Missing">Ordered less paid.</param>
/// <param name="Charged">What of the missing is beyond the tolerance.</param>
/// <param name="Cash">What the profile's rules make of it.</param>
public sealed record UnitFigures(Energy Ordered, Energy Delivered, Energy Paid, Energy Missing, Energy Charged, OperatorCash Cash);

/// <summary>What an operator pays and charges for a unit's period by a profile's rules.</summary>
public static class DeliveryRules
{
    public static UnitFigures Of(UnitPeriod period, MarketProfile profile)
    {
        // The cheapest for the operator comes first: what is missing is missing at its dearest end.
        var steps = period.Direction == RegulationDirection.Up
            ? period.Ordered.OrderBy(step => step.Price).ToImmutableArray()
            : [.. period.Ordered.OrderByDescending(step => step.Price)];
        var ordered = Sum(steps.Select(step => step.Energy));
        var delivered = Sum(period.Deliveries.Select(point => point.Delivered(period.Direction)));
        var paid = Energy.Max(Energy.Zero, Energy.Min(delivered, ordered));
        var missing = ordered - paid;
        var tolerated = new Energy((long)((Int128)ordered.WattHours * profile.TolerancePermille / 1000));
        var charged = Energy.Max(Energy.Zero, missing - tolerated);
        var payment = Money.Zero;
        foreach (var (energy, price) in Taken(steps, paid))
        {
            payment += period.Direction == RegulationDirection.Up ? price.Of(energy) : -price.Of(energy);
        }

        var charge = Money.Zero;
        foreach (var (energy, price) in Taken(steps.Reverse(), charged))
        {
            charge += ChargePrice(price, profile).Of(energy);
        }

        return new UnitFigures(ordered, delivered, paid, missing, charged, new OperatorCash(payment, charge));
    }

    /// <summary>What a missing kWh of a step costs.</summary>
    internal static Price ChargePrice(Price price, MarketProfile profile) => Price.Max(
        profile.UndeliveredLeast, new Price((long)(Int128.Abs(price.MicroEurPerKWh) * profile.UndeliveredPermille / 1000)));

    /// <summary>The first steps, up to an energy.</summary>
    private static IEnumerable<OrderedEnergy> Taken(IEnumerable<OrderedEnergy> steps, Energy energy)
    {
        foreach (var step in steps)
        {
            var taken = Energy.Min(step.Energy, energy);
            energy -= taken;
            if (taken > Energy.Zero)
            {
                yield return step with { Energy = taken };
            }
        }
    }

    private static Energy Sum(IEnumerable<Energy> energies) => energies.Aggregate(Energy.Zero, (sum, energy) => sum + energy);
}
