using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers.Zigbee2Mqtt;

/// <summary>
/// A socket, relay or clamp that Zigbee2MQTT knows: what it can be told and what it says, by the names of the properties in its messages
/// (zigbee2mqtt.io, "Exposes" and "MQTT topics and messages").
/// </summary>
/// <param name="Address">Its IEEE address, the same whatever it is called.</param>
/// <param name="FriendlyName">Its topic.</param>
/// <param name="Endpoint">Which of its outlets or channels; empty for the whole device.</param>
/// <param name="Model">Vendor and model.</param>
/// <param name="State">The property that switches; null for one that measures alone.</param>
/// <param name="On">What switches it on.</param>
/// <param name="Off">What switches it off.</param>
/// <param name="Power">The property with its power, W; null without a meter.</param>
/// <param name="Energy">The property with its energy, kWh; null without.</param>
public sealed partial record ZigbeePlug(
    string Address, string FriendlyName, string Endpoint, string Model, string? State, string On, string Off, string? Power, string? Energy)
{
    /// <summary>A list of devices has a definition of each, some kilobytes long.</summary>
    public const int MostListBytes = 16 * 1024 * 1024;

    private const int Published = 1;
    private const int Settable = 2;
    private const int MostNameLength = 256;

    /// <summary>The plugs in the list that the bridge publishes. A device that cannot be read is left out, and the others stay.</summary>
    /// <returns>Null where it is no such list.</returns>
    public static ImmutableArray<ZigbeePlug>? ReadAll(ReadOnlyMemory<byte> payload) =>
        PayloadValue.Parse(payload, MostListBytes) is { ValueKind: JsonValueKind.Array } list
            ? [.. list.EnumerateArray().Take(DeviceBook.MostDevices).SelectMany(Read)]
            : null;

    private static IEnumerable<ZigbeePlug> Read(JsonElement device)
    {
        var address = PayloadValue.Text(PayloadValue.Named(device, "ieee_address"));
        var name = PayloadValue.Text(PayloadValue.Named(device, "friendly_name"));
        var definition = PayloadValue.Named(device, "definition");
        if (address is not { Length: > 0 and <= 32 } || !address.All(char.IsAsciiLetterOrDigit) || name is not { Length: > 0 and <= MostNameLength }
            || name.AsSpan().ContainsAny("+#\0") || definition is not { ValueKind: JsonValueKind.Object })
        {
            return [];
        }

        var model = $"{PayloadValue.Text(PayloadValue.Named(definition, "vendor"))} {PayloadValue.Text(PayloadValue.Named(definition, "model"))}".Trim();
        var exposes = PayloadValue.Elements(PayloadValue.Named(definition, "exposes")).ToList();
        var switches = exposes.Where(expose => Is(expose, "type", "switch"))
            .Select(expose => (Endpoint: EndpointOf(expose), State: PayloadValue.Elements(PayloadValue.Named(expose, "features")).FirstOrDefault(IsSwitch)))
            .Where(found => found.State.ValueKind == JsonValueKind.Object)
            .ToList();
        var numbers = exposes.Where(expose => Is(expose, "type", "numeric") && Allows(expose, Published)).ToList();
        var meters = MetersOf(numbers);
        var left = new Dictionary<string, (string? Power, string? Energy)>(meters, StringComparer.Ordinal);
        var plugs = switches.Select(found =>
        {
            // One meter of the whole device is that of its only switch, whatever that is called; with several switches it is none of theirs.
            var at = !meters.ContainsKey(found.Endpoint) && switches.Count == 1 ? "" : found.Endpoint;
            left.Remove(at);
            var (power, energy) = meters.GetValueOrDefault(at);
            return new ZigbeePlug(
                address, name, found.Endpoint, OnceLog.Shown(model),
                PayloadValue.Text(PayloadValue.Named(found.State, "property")),
                PayloadValue.Text(PayloadValue.Named(found.State, "value_on")) ?? "ON",
                PayloadValue.Text(PayloadValue.Named(found.State, "value_off")) ?? "OFF",
                power, energy);
        }).ToList();

        // What is metered and switched by nothing is metered alone; beside a meter of the whole device, other channels are parts of that.
        var clamps = left.Where(meter => meter.Value.Power is not null && (meter.Key.Length == 0 || meters.GetValueOrDefault("").Power is null))
            .Select(meter => new ZigbeePlug(address, name, meter.Key, OnceLog.Shown(model), null, "", "", meter.Value.Power, meter.Value.Energy));
        return [.. plugs, .. clamps];
    }

    /// <summary>What a message of the device says of this outlet; null where it says nothing of it.</summary>
    public DeviceReading? Read(DateTimeOffset at, JsonElement message)
    {
        var power = Power is null ? null : PayloadValue.Number(PayloadValue.Named(message, Power));
        var energy = Energy is null ? null : PayloadValue.Number(PayloadValue.Named(message, Energy));
        var state = State is null ? null : PayloadValue.Text(PayloadValue.Named(message, State));
        bool? isOn = state == On ? true : state == Off ? false : null;
        var watts = power is { } value ? Units.Reading(at, Quantity.Power, value, 1) : null;
        var counted = energy is { } total ? Units.Reading(at, Quantity.Import, total, 1_000) : null;
        return watts is null && counted is null && isOn is null ? null : new DeviceReading(at, watts?.Watts, counted?.ImportedWattHours, IsOn: isOn);
    }

    /// <summary>The first of its properties that the message gives a value that it cannot have; null where there is none. <c>null</c> is a value that is not known.</summary>
    public string? NonsenseIn(JsonElement message)
    {
        bool IsSaid(string? property) => property is not null && PayloadValue.Named(message, property) is { ValueKind: not JsonValueKind.Null };
        return IsSaid(Power) && (PayloadValue.Number(PayloadValue.Named(message, Power!)) is not { } power || Units.Reading(default, Quantity.Power, power, 1) is null) ? Power
            : IsSaid(Energy) && (PayloadValue.Number(PayloadValue.Named(message, Energy!)) is not { } energy || Units.Reading(default, Quantity.Import, energy, 1_000) is null) ? Energy
            : IsSaid(State) && PayloadValue.Text(PayloadValue.Named(message, State!)) is var state && state != On && state != Off ? State
            : null;
    }

    private static bool IsSwitch(JsonElement feature) =>
        Is(feature, "type", "binary") && Is(feature, "name", "state") && Allows(feature, Settable) && PayloadValue.Text(PayloadValue.Named(feature, "property")) is { Length: > 0 and <= 64 };

    private static bool Is(JsonElement element, string name, string text) => PayloadValue.Text(PayloadValue.Named(element, name)) == text;

    private static bool Allows(JsonElement element, int bit) => PayloadValue.Number(PayloadValue.Named(element, "access")) is >= 0 and < 8 and { } access && ((int)access & bit) != 0;

    private static string EndpointOf(JsonElement expose) => PayloadValue.Text(PayloadValue.Named(expose, "endpoint")) is { Length: <= 32 } endpoint && endpoint.All(char.IsAsciiLetterOrDigit) ? endpoint : "";

    // By endpoint, or by what ends the name where a device has channels or phases without endpoints (power_a); empty for the whole device.
    private static Dictionary<string, (string? Power, string? Energy)> MetersOf(List<JsonElement> numbers)
    {
        var meters = new Dictionary<string, (string? Power, string? Energy)>(StringComparer.Ordinal);
        foreach (var number in numbers)
        {
            var (named, unit, property) = (PayloadValue.Text(PayloadValue.Named(number, "name")), PayloadValue.Text(PayloadValue.Named(number, "unit")), PayloadValue.Text(PayloadValue.Named(number, "property")));
            if (property is not { Length: > 0 and <= 64 } || named is null || Metered().Match(named) is not { Success: true } match)
            {
                continue;
            }

            var (isPower, channel) = (match.Groups["what"].Value == "power", match.Groups["channel"]);
            if ((unit ?? (channel.Success ? null : isPower ? "W" : "kWh")) == (isPower ? "W" : "kWh"))
            {
                var key = channel.Success ? channel.Value : EndpointOf(number);
                var (power, energy) = meters.GetValueOrDefault(key);
                meters[key] = isPower ? (power ?? property, energy) : (power, energy ?? property);
            }
        }

        return meters;
    }

    [GeneratedRegex("^(?<what>power|energy)(?:_(?:phase_)?(?<channel>[A-Za-z]|[lL][0-9]|ch[0-9]|[0-9]))?$")]
    private static partial Regex Metered();
}
