using System.Collections.Immutable;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>
/// The points of a unit that count in a period: of these, and of no others, baseline and measurement are compared. Named before the period begins, so that nobody chooses by what was
/// measured.
/// </summary>
/// <param name="Unit">The unit.</param>
/// <param name="Period">The period.</param>
/// <param name="Points">In the order of their codes; each has a part in the frozen baseline.</param>
/// <param name="NamedAt">When, before the period.</param>
/// <param name="Hash">
/// Of the canonical bytes: "VE-ROSTER-1", the frozen baseline's hash (32 bytes), unit, period, number of points, and their codes, with numbers and texts as in <see cref="CanonicalBaseline"/>.
/// </param>
public sealed record UnitRoster(UnitId Unit, Period Period, ImmutableArray<PodCode> Points, DateTimeOffset NamedAt, Hash256 Hash)
{
    private const string Version = "VE-ROSTER-1";

    /// <summary>Whether a point counts.</summary>
    public bool Has(PodCode point) => Points.BinarySearch(point) >= 0;

    /// <param name="baseline">The hash of the baseline that the points are compared with.</param>
    /// <param name="points">In any order, each once.</param>
    public static byte[] Bytes(Hash256 baseline, UnitId unit, Period period, IReadOnlyCollection<PodCode> points)
    {
        var bytes = new CanonicalBytes().Text(Version).Raw(baseline.ToArray()).Text(unit.Value).Numbers(period.Index, points.Count);
        foreach (var point in points.Order())
        {
            bytes.Text(point.Value);
        }

        return bytes.ToArray();
    }
}
