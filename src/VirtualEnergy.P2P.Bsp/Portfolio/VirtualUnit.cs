using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>Points that the market sees as one: what offers are made for and orders come to.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Class">A class of the market's profile, as UVAM.</param>
/// <param name="Zone">The market zone of all its points.</param>
/// <param name="Points">Its points, each in one unit only.</param>
public sealed record VirtualUnit(UnitId Id, string Class, string Zone, ImmutableArray<PodCode> Points);
