using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>What really happened in a home in one period: what its meter reads, and what each device did.</summary>
/// <param name="Period">The period.</param>
/// <param name="Traded">What the local market allotted, Wh; + bought, − sold.</param>
/// <param name="Allocations">What each device was told.</param>
/// <param name="Load">Base load, Wh ≥ 0.</param>
/// <param name="Appliances">Shiftable appliances, Wh ≥ 0.</param>
/// <param name="Production">Photovoltaics after curtailment, Wh ≥ 0.</param>
/// <param name="Storage">Battery at its terminals, Wh; + charge, − discharge.</param>
/// <param name="BatteryFill">Energy in the battery at the end, Wh; null without one.</param>
public sealed record Delivery(
    Period Period,
    Energy Traded,
    ImmutableArray<Allocation> Allocations,
    Energy Load,
    Energy Appliances,
    Energy Production,
    Energy Storage,
    Energy? BatteryFill)
{
    /// <summary>Net energy through the meter: load + appliances + charging − production. + import, − export.</summary>
    public Energy Net => Load + Appliances + Storage - Production;

    /// <summary>What the meter counts from the grid, Wh ≥ 0.</summary>
    public Energy Import => Energy.Max(Net, Energy.Zero);

    /// <summary>What the meter counts into the grid, Wh ≥ 0.</summary>
    public Energy Export => Energy.Max(-Net, Energy.Zero);

    /// <summary>What the supplier makes up, at its prices: + bought from it, − sold to it.</summary>
    public Energy Residual => Net - Traded;
}
