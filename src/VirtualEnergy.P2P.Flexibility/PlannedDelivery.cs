using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>What really happened in a planned home in one period.</summary>
/// <param name="Period">The period.</param>
/// <param name="Load">Base load, Wh ≥ 0.</param>
/// <param name="Appliances">Appliances, Wh ≥ 0.</param>
/// <param name="Production">Photovoltaics after curtailment, Wh ≥ 0.</param>
/// <param name="Stores">Each store at its terminals, Wh; + charge.</param>
public sealed record PlannedDelivery(Period Period, Energy Load, Energy Appliances, Energy Production, ImmutableArray<Energy> Stores)
{
    /// <summary>Through the meter; + import.</summary>
    public Energy Net => Stores.Aggregate(Load + Appliances - Production, (sum, store) => sum + store);
}
