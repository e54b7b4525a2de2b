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
/// <param name="Storage">Battery at its terminals, and a car that gives back, Wh; + charge, − discharge.</param>
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
    /// <summary>What stores took that give nothing back: cars, heat pumps, water heaters. Wh ≥ 0.</summary>
    public Energy Charging { get; init; }

    /// <summary>Devices that bid beside the plan, Wh; + consumption, − production.</summary>
    public Energy Beside { get; init; }

    /// <summary>The price that those go by: the market's, or without a result the supplier's.</summary>
    public Price BesidePrice { get; init; }

    /// <summary>Net energy through the meter: load + appliances + charging + what is beside the plan − production. + import, − export.</summary>
    public Energy Net => Load + Appliances + Charging + Beside + Storage - Production;

    /// <summary>What the meter counts from the grid, Wh ≥ 0.</summary>
    public Energy Import => Energy.Max(Net, Energy.Zero);

    /// <summary>What the meter counts into the grid, Wh ≥ 0.</summary>
    public Energy Export => Energy.Max(-Net, Energy.Zero);

    /// <summary>What the supplier makes up, at its prices: + bought from it, − sold to it.</summary>
    public Energy Residual => Net - Traded;
}
