using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>What a home's real meters counted in one period, Wh, none negative.</summary>
/// <param name="Import">Taken from the grid.</param>
/// <param name="Export">Fed into the grid.</param>
/// <param name="Production">Made behind the meter; null where no inverter counts it.</param>
public readonly record struct PeriodCounts(Energy Import, Energy Export, Energy? Production);
