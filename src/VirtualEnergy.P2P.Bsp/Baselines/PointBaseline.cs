using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>What a point is expected to do on a day without an order, period by period.</summary>
/// <param name="Point">The point.</param>
/// <param name="Day">The day.</param>
/// <param name="Energies">Net energy in Wh, + consumption, one for each period of the day: 92, 96 or 100 quarters of an hour.</param>
public sealed record PointBaseline(PodCode Point, MarketDay Day, ImmutableArray<Energy> Energies)
{
    /// <summary>The energy of a period; null for one of another day.</summary>
    public Energy? At(Period period, PeriodGrid grid)
    {
        var index = period.Index - Day.First(grid).Index;
        return index >= 0 && index < Energies.Length ? Energies[(int)index] : null;
    }
}

/// <summary>The baselines of a unit's points for a day, frozen before gate closure.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Day">The day.</param>
/// <param name="Points">In the order of their codes.</param>
/// <param name="FrozenAt">When, before the gate.</param>
/// <param name="Hash">Of the canonical bytes, which hold the rule too.</param>
public sealed record FrozenBaseline(UnitId Unit, MarketDay Day, ImmutableArray<PointBaseline> Points, DateTimeOffset FrozenAt, Hash256 Hash)
{
    /// <summary>The program of the whole unit in a period; zero outside the day.</summary>
    public Energy Sum(Period period, PeriodGrid grid) =>
        Points.Aggregate(Energy.Zero, (sum, baseline) => sum + (baseline.At(period, grid) ?? Energy.Zero));
}
