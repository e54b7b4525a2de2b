using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers.Meters;

/// <summary>
/// A telegram of a meter's P1 port, as Dutch and Belgian meters and their neighbours send it (DSMR P1 companion standard 4 and 5, e-MUCS P1):
/// taken only whole, with its checksum right.
/// </summary>
/// <param name="Watts">1-0:1.7.0 less 1-0:2.7.0, + from the grid; null where the meter does not say.</param>
/// <param name="ImportedWattHours">1-0:1.8.0, or the sum of the tariffs 1.8.1 and 1.8.2.</param>
/// <param name="ExportedWattHours">The same of 2.8.</param>
public sealed record DsmrTelegram(long? Watts, long? ImportedWattHours, long? ExportedWattHours)
{
    /// <summary>A telegram with every optional line has some 2,000 bytes.</summary>
    public const int MostBytes = 8_192;

    // CRC-16/ARC: polynomial x16+x15+x2+1, bits reversed, from zero, over everything from / to !.
    private const ushort Polynomial = 0xA001;

    /// <param name="payload">As it came.</param>
    /// <param name="telegram">What the meter says.</param>
    /// <param name="refusal">Why it is not taken.</param>
    public static bool TryRead(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out DsmrTelegram? telegram, [NotNullWhen(false)] out string? refusal)
    {
        (telegram, refusal) = (null, null);
        var start = payload.IndexOf((byte)'/');
        var end = payload.LastIndexOf((byte)'!');
        if (payload.Length > MostBytes || start < 0 || end < start)
        {
            refusal = $"is no telegram from / to ! of at most {MostBytes} bytes.";
            return false;
        }

        if (end + 5 > payload.Length || !ushort.TryParse(payload.Slice(end + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var said))
        {
            refusal = "has no checksum: versions before 4 are not taken.";
            return false;
        }

        if (Checksum(payload[start..(end + 1)]) != said)
        {
            refusal = "has a wrong checksum.";
            return false;
        }

        var values = Values(Encoding.ASCII.GetString(payload[start..end]));
        var (import, export) = (Counter(values, "1-0:1.8."), Counter(values, "1-0:2.8."));
        long? power = values.TryGetValue("1-0:1.7.0", out var taken) && values.TryGetValue("1-0:2.7.0", out var given) && taken is >= 0 and <= DeviceBook.MostWatts && given is >= 0 and <= DeviceBook.MostWatts
            ? taken - given
            : null;
        telegram = new DsmrTelegram(power, import, export);
        if (telegram is { Watts: null, ImportedWattHours: null, ExportedWattHours: null })
        {
            refusal = "says neither power nor energy.";
            return false;
        }

        return true;
    }

    /// <summary>The checksum of bytes from / to !.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        ushort sum = 0;
        foreach (var part in bytes)
        {
            sum ^= part;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (ushort)((sum & 1) == 1 ? sum >> 1 ^ Polynomial : sum >> 1);
            }
        }

        return sum;
    }

    // Lines of one value: id(value*unit). Others, as logs and gas meters behind this one, are nobody's business here.
    private static Dictionary<string, long> Values(string text)
    {
        var values = new Dictionary<string, long>();
        foreach (var line in text.Split('\n'))
        {
            var (open, star, close) = (line.IndexOf('(', StringComparison.Ordinal), line.IndexOf('*', StringComparison.Ordinal), line.IndexOf(')', StringComparison.Ordinal));
            if (open <= 0 || star < open || close < star || PayloadValue.Number(line.AsSpan(open + 1, star - open - 1)) is not { } value)
            {
                continue;
            }

            var perUnit = line[(star + 1)..close] switch { "kWh" or "kW" => 1_000m, "Wh" or "W" => 1m, _ => 0m };
            if (perUnit > 0 && value is >= 0 and < 1_000_000_000_000m)
            {
                values.TryAdd(line[..open], (long)(value * perUnit));
            }
        }

        return values;
    }

    private static long? Counter(Dictionary<string, long> values, string id) =>
        values.TryGetValue(id + "0", out var total) ? total
        : values.TryGetValue(id + "1", out var first) && values.TryGetValue(id + "2", out var second) ? first + second
        : null;
}
