using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>What a unit declares to the operator that it can do, as the dynamic RUP holds it: bounds that no offer may cross.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Number">Counts up; of those that cover a period, the highest number counts.</param>
/// <param name="From">The first period in which it holds.</param>
/// <param name="Until">The first period in which it holds no more.</param>
/// <param name="Minimum">The least power of the unit in W, + consumption: the furthest that it goes up.</param>
/// <param name="Maximum">The highest power of the unit in W, + consumption: the furthest that it goes down.</param>
/// <param name="Unavailable">The unit cannot be used at all, whatever the bounds say.</param>
public sealed record TechnicalDeclaration(UnitId Unit, long Number, Period From, Period Until, long Minimum, long Maximum, bool Unavailable)
{
    /// <summary>How far the unit may be moved from its program, in W, 0 or more.</summary>
    /// <param name="direction">Which way.</param>
    /// <param name="program">The unit's program (baseline) in W, + consumption.</param>
    public long Room(RegulationDirection direction, long program) => Unavailable
        ? 0
        : Math.Max(0, direction == RegulationDirection.Up ? program - Minimum : Maximum - program);
}
