using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>What a home with a real meter took and made in a period, Wh ≥ 0: what its forecasts learn from.</summary>
/// <param name="Load">What the home took that its agent does not move.</param>
/// <param name="Sun">What its plant made.</param>
public readonly record struct CountedPeriod(Period Period, Energy Load, Energy Sun);
