using System.Text.Json;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;

/// <summary>What a VEN's report can say of a resource.</summary>
public enum VenQuantity
{
    /// <summary>Its net power: READING; + consumption, − production.</summary>
    Power,

    /// <summary>By how much its power can fall: UP_REGULATION_AVAILABLE, 0 or more.</summary>
    UpwardAvailable,

    /// <summary>By how much its power can rise: DOWN_REGULATION_AVAILABLE, 0 or more.</summary>
    DownwardAvailable,
}

/// <summary>One value of a report.</summary>
/// <param name="ClientId">Who reported it, by its token.</param>
/// <param name="Watts">W, from kW or W, rounded half away from zero.</param>
public sealed record VenReading(string ClientId, string Resource, VenQuantity Quantity, DateTimeOffset Start, TimeSpan Length, long Watts)
{
    // A gigawatt is no home; what is beyond it is a wrong unit.
    private const double MostWatts = 1e9;

    /// <summary>
    /// The readings of a report whose shape was checked. Payloads of other types, without a unit of power, without a time or
    /// beyond reason are no readings; how many of those there were is told.
    /// </summary>
    public static (IReadOnlyList<VenReading> Readings, int LeftOut) Of(VtnObject report)
    {
        var scales = Scales(report.Body);
        var readings = new List<VenReading>();
        var leftOut = 0;
        foreach (var resource in report.Body.GetProperty("resources").EnumerateArray())
        {
            var name = resource.GetProperty("resourceName").GetString()!;
            var times = EventTimes.Of(resource).Intervals;
            leftOut += resource.GetProperty("intervals").GetArrayLength() - times.Count;
            foreach (var (interval, start, length) in times)
            {
                foreach (var payload in interval.GetProperty("payloads").EnumerateArray())
                {
                    if (Value(payload, scales) is { } value)
                    {
                        readings.Add(new VenReading(report.ClientId!, name, value.Quantity, start, length, value.Watts));
                    }
                    else
                    {
                        leftOut++;
                    }
                }
            }
        }

        return (readings, leftOut);
    }

    private static (VenQuantity Quantity, long Watts)? Value(JsonElement payload, Dictionary<string, double> scales)
    {
        var type = payload.GetProperty("type").GetString()!;
        VenQuantity? quantity = type switch
        {
            "READING" => VenQuantity.Power,
            "UP_REGULATION_AVAILABLE" => VenQuantity.UpwardAvailable,
            "DOWN_REGULATION_AVAILABLE" => VenQuantity.DownwardAvailable,
            _ => null,
        };
        var values = payload.GetProperty("values");
        if (quantity is not { } known || !scales.TryGetValue(type, out var scale) || values.GetArrayLength() != 1 || values[0].ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        var watts = values[0].GetDouble() * scale;
        return Math.Abs(watts) <= MostWatts && (known == VenQuantity.Power || watts >= 0)
            ? (known, (long)Math.Round(watts, MidpointRounding.AwayFromZero)) : null;
    }

    private static Dictionary<string, double> Scales(JsonElement body)
    {
        var scales = new Dictionary<string, double>();
        if (body.TryGetProperty("payloadDescriptors", out var descriptors) && descriptors.ValueKind == JsonValueKind.Array)
        {
            foreach (var descriptor in descriptors.EnumerateArray())
            {
                var units = descriptor.TryGetProperty("units", out var said) ? said.GetString() : null;
                if (units is "KW" or "W")
                {
                    scales[descriptor.GetProperty("payloadType").GetString()!] = units == "KW" ? 1_000 : 1;
                }
            }
        }

        return scales;
    }
}
