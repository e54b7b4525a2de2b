using System.Globalization;
using System.Text;
using System.Text.Json;

namespace VirtualEnergy.P2P.Node.Drivers.Mqtt;

/// <summary>Reads one value out of a payload from outside: a plain number, or a place in JSON. Bounded in size and depth.</summary>
public static class PayloadValue
{
    /// <summary>No state of a device is larger.</summary>
    public const int MostBytes = 64 * 1024;

    private const int MostDigits = 32;

    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 32 };

    /// <summary>The payload as JSON; null where it is none, or too large.</summary>
    /// <param name="payload">As it came.</param>
    /// <param name="mostBytes">How much of it is looked at.</param>
    public static JsonElement? Parse(ReadOnlyMemory<byte> payload, int mostBytes = MostBytes)
    {
        if (payload.Length is 0 || payload.Length > mostBytes)
        {
            return null;
        }

        try
        {
            return JsonElement.Parse(payload.Span, Json);
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Where a path leads: names and list places divided by points, <c>ENERGY.Power</c>, <c>phases.0.w</c>; the root where it is empty.</summary>
    public static JsonElement? At(JsonElement root, string path)
    {
        JsonElement? place = root;
        foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            place = place switch
            {
                { ValueKind: JsonValueKind.Object } named => Named(named, step),
                { ValueKind: JsonValueKind.Array } list when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < list.GetArrayLength() => list[at],
                _ => null,
            };
        }

        return place;
    }

    /// <summary>A number, or a text that is one; null for everything else, NaN and what does not fit among them.</summary>
    public static decimal? Number(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.Number } number => number.TryGetDecimal(out var exact) ? exact : null,
        { ValueKind: JsonValueKind.String } => Text(value) is { } text ? Number(text) : null,
        _ => null,
    };

    /// <summary>The number that a text is, with a point and perhaps an exponent, as devices write it.</summary>
    public static decimal? Number(ReadOnlySpan<char> text) =>
        text.Length <= MostDigits && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The number that a plain payload is.</summary>
    public static decimal? Number(ReadOnlySpan<byte> payload) => payload.Length <= MostDigits && Ascii.IsValid(payload) ? Number(Encoding.ASCII.GetString(payload)) : null;

    /// <summary>A text; null where it is none, or no Unicode.</summary>
    public static string? Text(JsonElement? value)
    {
        try
        {
            return value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A member of an object, by name; null where there is none.</summary>
    public static JsonElement? Named(JsonElement? value, string name)
    {
        try
        {
            return value is { ValueKind: JsonValueKind.Object } holder && holder.TryGetProperty(name, out var found) ? found : null;
        }
        catch (InvalidOperationException)
        {
            // A name beside it is no Unicode text.
            return null;
        }
    }

    /// <summary>Every element of a list; none where it is no list.</summary>
    public static IEnumerable<JsonElement> Elements(JsonElement? value) => value is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];
}
