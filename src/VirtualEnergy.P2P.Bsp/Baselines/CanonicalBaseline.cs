using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>
/// The bytes of a day's baseline, the same on every machine: "VE-BASELINE-1"; profile, rule, unit, day, first period and number of
/// periods; for each point, in the order of the codes, its code and its energies. Numbers are big-endian, 64 bits; a text is its
/// length in bytes and then UTF-8.
/// </summary>
public static class CanonicalBaseline
{
    private const string Version = "VE-BASELINE-1";

    /// <param name="points">In any order, each with an energy for every period of the day.</param>
    public static byte[] Bytes(MarketProfile profile, UnitId unit, MarketDay day, IEnumerable<PointBaseline> points)
    {
        var rule = profile.Baseline;
        var ordered = points.OrderBy(point => point.Point).ToList();
        var bytes = new CanonicalBytes().Text(Version).Text(profile.Name)
            .Numbers(
                profile.Grid.LengthSeconds, (long)rule.Method, rule.Days, rule.OfDays, (long)rule.Selection, rule.LookBackDays,
                rule.AdjustFromSeconds, rule.AdjustUntilSeconds, rule.AdjustMostPermille)
            .Text(unit.Value)
            .Numbers(day.Date.DayNumber, day.First(profile.Grid).Index, day.Count(profile.Grid), ordered.Count);
        foreach (var point in ordered)
        {
            bytes.Text(point.Point.Value).Numbers([.. point.Energies.Select(energy => energy.WattHours)]);
        }

        return bytes.ToArray();
    }
}
