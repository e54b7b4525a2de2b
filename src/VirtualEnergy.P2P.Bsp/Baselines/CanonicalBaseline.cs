using System.Buffers.Binary;
using System.Text;
using VirtualEnergy.P2P.Bsp.Portfolio;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

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
        var bytes = new List<byte>();
        Text(bytes, Version);
        Text(bytes, profile.Name);
        var rule = profile.Baseline;
        Numbers(
            bytes, profile.Grid.LengthSeconds, (long)rule.Method, rule.Days, rule.OfDays, (long)rule.Selection, rule.LookBackDays,
            rule.AdjustFromSeconds, rule.AdjustUntilSeconds, rule.AdjustMostPermille);
        Text(bytes, unit.Value);
        var ordered = points.OrderBy(point => point.Point).ToList();
        Numbers(bytes, day.Date.DayNumber, day.First(profile.Grid).Index, day.Count(profile.Grid), ordered.Count);
        foreach (var point in ordered)
        {
            Text(bytes, point.Point.Value);
            Numbers(bytes, [.. point.Energies.Select(energy => energy.WattHours)]);
        }

        return [.. bytes];
    }

    private static void Text(List<byte> bytes, string text)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        Numbers(bytes, encoded.Length);
        bytes.AddRange(encoded);
    }

    private static void Numbers(List<byte> bytes, params ReadOnlySpan<long> numbers)
    {
        Span<byte> buffer = stackalloc byte[sizeof(long)];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt64BigEndian(buffer, number);
            bytes.AddRange(buffer);
        }
    }
}
