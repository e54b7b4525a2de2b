using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.Drivers.Recognition;
using VirtualEnergy.P2P.Node.S2;

namespace VirtualEnergy.P2P.Node.Commands;

/// <summary>A home's devices as people read them: some lines each, the first with the id in one piece, since it is what the configuration asks for, on however narrow a terminal.</summary>
internal static class DevicesText
{
    /// <param name="devices">What the drivers found.</param>
    /// <param name="known">Devices that speak S2.</param>
    /// <param name="isRunning">Whether a node runs that would know more of those.</param>
    public static IEnumerable<string> Lines(ImmutableArray<DeviceState> devices, ImmutableArray<S2Shown> known, bool isRunning) =>
        devices.SelectMany(Of).Concat(known.SelectMany(device => Of(device, isRunning)));

    public static IEnumerable<string> May(DeviceAbilities abilities)
    {
        (DeviceAbilities Ability, string Word)[] all =
            [(DeviceAbilities.Measures, "measure"), (DeviceAbilities.Switches, "switch"), (DeviceAbilities.LimitsProduction, "limit production"), (DeviceAbilities.Charges, "charge")];
        return all.Where(one => abilities.HasFlag(one.Ability)).Select(one => one.Word);
    }

    public static string Word(Enum kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString()).Replace('-', ' ');

    private static IEnumerable<string> Of(DeviceState state)
    {
        var device = state.Device;
        yield return device.Name == device.Id ? device.Id : $"{device.Id}  {device.Name}";
        yield return Indented(string.Join(", ", new[] { Word(device.Kind), device.Model, device.Role is { } role ? $"plays {role}" : "" }.Where(part => part.Length > 0)));
        yield return Indented(state.Problem is { } problem ? $"lost: {problem}" : Reading(state.Reading) + (state.LooksLike == ApplianceKind.Unknown ? "" : $", looks like a {Word(state.LooksLike)}"));
        var may = string.Join(", ", May(device.Abilities));
        yield return Indented(may.Length == 0 ? $"by default {device.Default}" : $"may {may}; by default {device.Default}");
    }

    private static IEnumerable<string> Of(S2Shown device, bool isRunning)
    {
        var name = OnceLog.Shown(device.Name);
        yield return $"s2/{name}";
        yield return Indented(device.Model.Length == 0 ? "speaks S2" : $"speaks S2, {OnceLog.Shown(device.Model)}");
        yield return Indented(device.IsThere ? Reading(device) : isRunning ? "not connected" : "no node runs");
        yield return Indented(device.Control is { } control ? $"{control}; by default its own control" : "by default its own control");
    }

    private static string Indented(string text) => "    " + text;

    private static string Reading(S2Shown device)
    {
        string?[] parts = [device.Watts is { } watts ? Text($"{watts:0} W") : null, device.FillPermille is { } fill ? Text($"{fill / 10m:0.#} % full") : null];
        return string.Join(", ", parts.OfType<string>().DefaultIfEmpty("connected"));
    }

    private static string Reading(DeviceReading? reading)
    {
        if (reading is not { } said)
        {
            return "nothing said yet";
        }

        string?[] parts =
        [
            said.Watts is { } watts ? Text($"{watts} W") : null,
            said.FillPermille is { } fill ? Text($"{fill / 10m:0.#} % full") : null,
            said.ImportedWattHours is { } taken ? Text($"{taken / 1000m:0.0} kWh taken") : null,
            said.ExportedWattHours is { } given ? Text($"{given / 1000m:0.0} kWh given") : null,
            said.IsOn is { } on ? on ? "on" : "off" : null,
            said.IsEstimated ? "estimated" : null,
        ];
        return string.Join(", ", parts.OfType<string>());
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
