using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2.Connect;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>What people call a device that speaks S2: by what it says of itself, in characters that are safe in a topic, a command and a log.</summary>
internal static class DeviceNames
{
    private const int MostLength = 40;

    /// <summary>The end of a serial number that stands on a label.</summary>
    private const int SerialLength = 4;

    /// <summary>The name under which a connected device is known, the same at every session; null where it is not paired, or has not said who it is.</summary>
    public static string? Of(S2Device device, PairedNodes paired) => Guid.TryParse(device.Device, out var id) && device.Connection.Resource.Details is { } details
        ? paired.NameOf(id, (node, taken) => Choose(node.Description, details, taken)) : null;

    /// <summary>The name that its owner gave it, or what it calls itself, or maker and model; made unlike those that are taken.</summary>
    /// <param name="paired">What it said when it was paired.</param>
    /// <param name="details">What it says in its session.</param>
    /// <param name="taken">Names of the others.</param>
    public static string Choose(NodeDescription paired, ResourceManagerDetails details, IEnumerable<string> taken)
    {
        var others = taken.Select(Told).ToHashSet(StringComparer.Ordinal);
        var name = new[]
        {
            paired.UserDefinedName, details.Name, $"{details.Manufacturer} {details.Model}", $"{paired.Brand} {paired.ModelName}",
        }.Select(Clean).FirstOrDefault(text => text.Length > 0) ?? $"device {paired.Id.ToString()[..8]}";
        var serial = Clean(details.SerialNumber).Replace(" ", "", StringComparison.Ordinal);
        var candidates = (string[])[name, .. serial.Length > 0 ? [$"{name} {serial[^Math.Min(SerialLength, serial.Length)..]}"] : Array.Empty<string>()];
        return candidates.Concat(Enumerable.Range(2, others.Count + 1).Select(number => $"{name} {number}")).First(candidate => !others.Contains(Told(candidate)));
    }

    /// <summary>What a name that is given by hand has to be.</summary>
    public static string Rule => $"a name is 1 to {MostLength} letters, digits, spaces, '-', '_' and '.', and no UUID.";

    /// <summary>Whether a name that is given by hand is safe in a topic, a command and a log, and is none of a paired device.</summary>
    public static bool IsPlain(string name) => name.Length > 0 && Clean(name) == name && !Guid.TryParse(name, out _);

    // What devices say may be anything.
    private static string Clean(string? text)
    {
        var safe = string.Concat((text ?? "").Take(4 * MostLength).Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' ? letter : ' '));
        var name = string.Join(' ', safe.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return name.Length <= MostLength ? name : name[..MostLength].TrimEnd();
    }

    // Names that only signs and capitals tell apart are one to whoever types them, and to Home Assistant.
    private static string Told(string name) => string.Concat(name.Select(letter => char.IsLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '_'));
}
