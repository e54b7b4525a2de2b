using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>A step of an offer to the operator.</summary>
/// <param name="Watts">Power on top of the steps before, in W, above 0.</param>
/// <param name="Price">
/// Up: what the operator pays for a kWh; prices rise from step to step. Down: what the provider pays the operator; prices fall.
/// </param>
public readonly record struct OfferStep(long Watts, Price Price);

/// <summary>What a unit offers to be moved by in a period, one way.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Period">The period.</param>
/// <param name="Direction">Up or down.</param>
/// <param name="Steps">At least one, best for the operator first.</param>
public sealed record UnitOffer(UnitId Unit, Period Period, RegulationDirection Direction, ImmutableArray<OfferStep> Steps)
{
    /// <summary>All steps together, in W.</summary>
    public long Watts => Steps.Sum(step => step.Watts);
}

/// <summary>An offer, or why there is none, and which homes were left out.</summary>
/// <param name="Offer">Null where there is none.</param>
/// <param name="Refusal">Null where there is an offer.</param>
/// <param name="LeftOut">A home's objection for each that could not count, in the order of the input.</param>
/// <param name="RestsOn">
/// The homes that the offer rests on, each with the steps that the offer's last price pays for, as far as its point may be moved: more power than is
/// offered, as not all will deliver. In the order of the codes; what the reservation ledger must hold before the offer goes out.
/// </param>
public sealed record BuiltOffer(UnitOffer? Offer, Objection? Refusal, ImmutableArray<Objection> LeftOut, ImmutableArray<PointHeadroom> RestsOn);
