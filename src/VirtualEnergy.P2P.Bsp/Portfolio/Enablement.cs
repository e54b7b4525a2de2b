using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Profiles;

namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>Checks whether a unit may take part in a market: every reason against it, not only the first.</summary>
public static class Enablement
{
    /// <returns>Empty if the unit is enabled.</returns>
    public static ImmutableArray<Objection> Check(VirtualUnit unit, UnitPortfolio portfolio, MarketProfile profile)
    {
        var unitClass = profile.ClassOf(unit.Class);
        return [.. OfUnit(unit, unitClass, portfolio, profile), .. unit.Points.Distinct().SelectMany(code => OfPoint(code, unit, unitClass, portfolio, profile))];
    }

    /// <summary>What a unit's points are enabled for together, in W, vetoes left aside.</summary>
    public static long Power(VirtualUnit unit, UnitPortfolio portfolio, RegulationDirection direction, MarketProfile profile) =>
        portfolio.PointsOf(unit).Sum(point => point.Enabled(direction, profile));

    private static IEnumerable<Objection> OfUnit(VirtualUnit unit, UnitClass? unitClass, UnitPortfolio portfolio, MarketProfile profile)
    {
        if (!unit.Id.IsWellFormed)
        {
            yield return new("unit-name", "A unit's name is 1 to 32 letters, digits, hyphens and underscores.");
        }

        if (unitClass is null)
        {
            yield return new("unknown-class", $"{unit.Class} is no class of {profile.Name}; there are {string.Join(", ", profile.Classes.Select(known => known.Code))}.");
        }

        if (!profile.Zones.IsEmpty && !profile.Zones.Contains(unit.Zone))
        {
            yield return new("unknown-zone", $"{unit.Zone} is no zone of {profile.Name}; there are {string.Join(", ", profile.Zones)}.");
        }

        if (unit.Points.IsEmpty)
        {
            yield return new("no-points", "The unit has no points.");
        }

        foreach (var twice in unit.Points.GroupBy(code => code).Where(group => group.Count() > 1))
        {
            yield return new("point-twice", $"{twice.Key} is in the unit twice.");
        }

        if (unitClass?.Perimeter == Perimeter.Node && portfolio.PointsOf(unit).Select(point => point.Node).Distinct().Count() > 1)
        {
            yield return new("nodes-differ", $"The points of a {unit.Class} are at one node of the transmission grid.");
        }

        var (up, down) = (Power(unit, portfolio, RegulationDirection.Up, profile), Power(unit, portfolio, RegulationDirection.Down, profile));
        if (Math.Max(up, down) < profile.MinimumSize)
        {
            yield return new("below-minimum-size", string.Create(
                CultureInfo.InvariantCulture,
                $"It moves {up} W up and {down} W down within {profile.RampSeconds} s and for {profile.HoldingSeconds} s; {profile.MinimumSize} W one way is the least."));
        }
    }

    private static IEnumerable<Objection> OfPoint(PodCode code, VirtualUnit unit, UnitClass? unitClass, UnitPortfolio portfolio, MarketProfile profile)
    {
        if (portfolio.Point(code) is not { } point)
        {
            yield return new("unknown-point", $"{code} is not in the portfolio.");
            yield break;
        }

        if (portfolio.UnitsOf(code).FirstOrDefault(other => other.Id != unit.Id) is { } elsewhere)
        {
            yield return new("point-elsewhere", $"{code} is in unit {elsewhere.Id} too; a point is in one unit.");
        }

        if (point.Zone != unit.Zone)
        {
            yield return new("zone-differs", $"{code} is in zone {point.Zone}, the unit in {unit.Zone}.");
        }

        if (unitClass is not null && !unitClass.Kinds.Contains(point.Kind))
        {
            yield return new("kind-not-in-class", $"{code} is {point.Kind.ToString().ToLowerInvariant()}, which a {unitClass.Code} does not hold.");
        }

        if (unitClass?.Perimeter == Perimeter.Node && point.Node.Length == 0)
        {
            yield return new("no-node", $"{code} names no node of the transmission grid, as a {unitClass.Code} needs.");
        }

        if (point.Up < 0 || point.Down < 0 || point.Up + point.Down == 0 || point.RampPerMinute <= 0)
        {
            yield return new("nothing-certified", $"{code} needs a certified power up or down, none below zero, and a ramp above zero.");
        }

        if (point.HoldingSeconds < profile.HoldingSeconds)
        {
            yield return new("holds-too-short", string.Create(CultureInfo.InvariantCulture, $"{code} holds {point.HoldingSeconds} s; {profile.HoldingSeconds} s is the least."));
        }

        if (point.TelemetrySeconds <= 0 || point.TelemetrySeconds > profile.TelemetrySeconds)
        {
            yield return new("measured-too-seldom", string.Create(CultureInfo.InvariantCulture, $"{code} is measured every {point.TelemetrySeconds} s; every {profile.TelemetrySeconds} s is asked for."));
        }
    }
}
