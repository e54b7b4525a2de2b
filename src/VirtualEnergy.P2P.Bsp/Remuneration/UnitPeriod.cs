using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Remuneration;

/// <summary>Energy that the operator ordered out of one accepted step, in one period.</summary>
/// <param name="Energy">Wh, 0 or more, whichever way; during a ramp less than the step's power makes in a period.</param>
/// <param name="Price">The price that is paid for the step, as in <see cref="Offers.AcceptedStep"/>.</param>
public readonly record struct OrderedEnergy(Energy Energy, Price Price);

/// <summary>What a point did in a period in which its unit was ordered.</summary>
/// <param name="Point">The point.</param>
/// <param name="Member">Whose it is.</param>
/// <param name="Baseline">Its frozen baseline, moved by the same-day adjustment if the rule has one, + consumption.</param>
/// <param name="Measured">What its meter read, + consumption; null where it was not read, which counts as nothing delivered.</param>
/// <param name="Assigned">What the provider told it to deliver, 0 or more; 0 for a point that was not called.</param>
/// <param name="Ask">The least that it wanted for a kWh of that, the mean over its called steps (<see cref="Offers.PointHeadroom.Receipt"/>).</param>
public sealed record PointDelivery(PodCode Point, MemberId Member, Energy Baseline, Energy? Measured, Energy Assigned, Price Ask = default)
{
    /// <summary>What it delivered in the ordered direction; below zero where it went the other way.</summary>
    public Energy Delivered(RegulationDirection direction) => Measured is not { } measured ? Energy.Zero
        : direction == RegulationDirection.Up ? Baseline - measured : measured - Baseline;
}

/// <summary>Money between the operator and the provider for a unit and period.</summary>
/// <param name="Payment">For delivered energy: + the operator pays, − the provider pays, as for energy down at a price above zero.</param>
/// <param name="Charge">For energy that is missing, 0 or more; the provider pays.</param>
public readonly record struct OperatorCash(Money Payment, Money Charge)
{
    /// <summary>What moves: + to the provider.</summary>
    public Money Net => Payment - Charge;
}

/// <summary>A period to settle: what was ordered, and what each point did.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Period">The period.</param>
/// <param name="Direction">Which way the unit was ordered.</param>
/// <param name="Ordered">By steps, in any order.</param>
/// <param name="Deliveries">Of every point that counts (<see cref="Baselines.UnitRoster"/>), called or not: the operator measures them as a whole. Each point once.</param>
/// <param name="Stated">What the operator's own settlement says; null before it is there, and then the profile's rules are taken.</param>
public sealed record UnitPeriod(
    UnitId Unit,
    Period Period,
    RegulationDirection Direction,
    ImmutableArray<OrderedEnergy> Ordered,
    ImmutableArray<PointDelivery> Deliveries,
    OperatorCash? Stated = null)
{
    /// <summary>Whose order it was. A grid operator's stands for a whole order from its first period on, and what is stated was agreed, so that no rule of the market can differ from it.</summary>
    public OrderingOperator Buyer { get; init; }
}
