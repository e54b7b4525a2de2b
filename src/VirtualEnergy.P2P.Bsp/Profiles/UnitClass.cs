using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;

namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>What the points of a virtual unit must have in common.</summary>
public enum Perimeter
{
    /// <summary>The market zone.</summary>
    Zone,

    /// <summary>The node of the transmission grid, and with it the zone.</summary>
    Node,
}

/// <summary>A class of virtual units: which kinds of points it may hold, and within which perimeter.</summary>
/// <param name="Code">As UVAM, UVAZ.</param>
/// <param name="Perimeter">What its points share.</param>
/// <param name="Kinds">At least one.</param>
public sealed record UnitClass(string Code, Perimeter Perimeter, ImmutableArray<PointKind> Kinds);
