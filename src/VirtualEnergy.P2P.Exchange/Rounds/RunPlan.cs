using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>Which rounds this run of the exchange clears: consecutive periods, the first after what was cleared before.</summary>
/// <param name="Last">Null: no end is planned. Before <paramref name="First"/>: nothing is left to do.</param>
public sealed record RunPlan(Period First, Period? Last);
