using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>A point's part in a unit's period.</summary>
/// <param name="Point">The point.</param>
/// <param name="Member">Who gets or pays the money.</param>
/// <param name="Assigned">What it was told to deliver.</param>
/// <param name="Delivered">What it delivered; below zero where it went the other way.</param>
/// <param name="WasRead">Whether its meter was read.</param>
/// <param name="Payment">Its share of the payment, after the provider's fee; + to the member.</param>
/// <param name="Charge">Its share of the charge, 0 or more.</param>
public sealed record PointShare(PodCode Point, MemberId Member, Energy Assigned, Energy Delivered, bool WasRead, Money Payment, Money Charge)
{
    /// <summary>+ to the member.</summary>
    public Money Net => Payment - Charge;
}

/// <summary>A unit's period, settled: Σ of the points + the provider's lines = the operator's cash, to the µEUR.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Period">The period.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Figures">What was ordered and delivered, and what the profile's rules make of it.</param>
/// <param name="Cash">What was shared out: what the operator stated, or else what the rules say.</param>
/// <param name="Disputed">Whether the operator stated another amount than the rules say.</param>
/// <param name="Points">In the order of members and codes.</param>
/// <param name="Fee">The provider's fee, and any payment that no point delivered for; + to the provider.</param>
/// <param name="ProviderCharge">What of the charge the provider bears: for energy that it sold and told nobody to deliver.</param>
public sealed record PeriodSettlement(
    UnitId Unit,
    Period Period,
    RegulationDirection Direction,
    UnitFigures Figures,
    OperatorCash Cash,
    bool Disputed,
    ImmutableArray<PointShare> Points,
    Money Fee,
    Money ProviderCharge)
{
    /// <summary>Whose cash it is.</summary>
    public OrderingOperator Buyer { get; init; }

    /// <summary>+ to the provider of balancing services.</summary>
    public Money ProviderNet => Fee - ProviderCharge;
}
