using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>A message that does not say what it must. The text names the field. Never leaves this project.</summary>
internal sealed class MalformedMessageException(string message) : Exception(message);

/// <summary>Reads the fields of one JSON object from outside, each checked; unknown fields are nobody's business.</summary>
/// <param name="element">A JSON object.</param>
/// <param name="path">Where it stands, for error texts; empty for the root, else ends in a dot.</param>
internal readonly struct JsonFields(JsonElement element, string path = "")
{
    public const string InstantFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <exception cref="MalformedMessageException">Not JSON, too deep, a field twice, or not an object.</exception>
    public static JsonFields Parse(ReadOnlySpan<byte> payload)
    {
        JsonElement root;
        try
        {
            root = JsonElement.Parse(payload, Strict);
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            throw new MalformedMessageException($"Not JSON with each field once: {notJson.Message}");
        }

        return root.ValueKind == JsonValueKind.Object ? new JsonFields(root) : throw new MalformedMessageException("Not a JSON object.");
    }

    public long Integer(string name, long least = long.MinValue, long most = long.MaxValue) =>
        IntegerOf(Required(name), path + name, least, most);

    public long? IntegerOrNull(string name) => Optional(name) is { } value ? IntegerOf(value, path + name) : null;

    public ulong Unsigned(string name) =>
        Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt64(out var number)
            ? number : throw Wrong(name, "must be an integer from 0 to 2^64 − 1");

    public bool Boolean(string name) => Required(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "must be true or false"),
    };

    public string Text(string name, int maxLength) => TextOf(Required(name), name, maxLength);

    public string? TextOrNull(string name, int maxLength) => Optional(name) is { } value ? TextOf(value, name, maxLength) : null;

    public string Address(string name)
    {
        var text = Text(name, 256);
        return Topics.IsMemberAddress(text) ? text : throw Wrong(name, "must be 0x and 40 lower-case hexadecimal digits");
    }

    public MemberId Member(string name) => new(Address(name));

    public MemberId? MemberOrNull(string name) => Optional(name) is null ? null : Member(name);

    public Period Period() => new(Integer("period", 0));

    public Hash256 Hash(string name) =>
        Hash256.TryParse(Text(name, 256), out var hash) ? hash : throw Wrong(name, "must be 0x and 64 hexadecimal digits");

    public DateTimeOffset Instant(string name) =>
        DateTimeOffset.TryParseExact(
            Text(name, 64), InstantFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant : throw Wrong(name, "must be an ISO 8601 instant in UTC, as 2026-11-23T10:15:00Z");

    public ImmutableArray<byte> Signature(string name = "signature")
    {
        var text = Text(name, 256);
        Span<byte> bytes = stackalloc byte[65];
        var isSignature = text.Length == 132 && text.StartsWith("0x", StringComparison.Ordinal)
            && Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        return isSignature ? [.. bytes] : throw Wrong(name, "must be 0x and 130 hexadecimal digits: r, s and v");
    }

    public JsonFields Object(string name) =>
        Required(name) is { ValueKind: JsonValueKind.Object } value ? new JsonFields(value, $"{path}{name}.") : throw Wrong(name, "must be an object");

    /// <summary>Each element of an array of objects.</summary>
    public IEnumerable<JsonFields> Objects(string name)
    {
        var index = 0;
        foreach (var element in Array(name).EnumerateArray())
        {
            yield return element.ValueKind == JsonValueKind.Object
                ? new JsonFields(element, $"{path}{name}[{index++}].") : throw Wrong($"{name}[{index}]", "must be an object");
        }
    }

    /// <summary>Each element of an array of texts.</summary>
    public IEnumerable<string> Texts(string name, int maxLength)
    {
        foreach (var element in Array(name).EnumerateArray())
        {
            yield return TextOf(element, name, maxLength);
        }
    }

    public bool Has(string name) => Optional(name) is not null;

    public JsonElement Array(string name) =>
        Required(name) is { ValueKind: JsonValueKind.Array } value ? value : throw Wrong(name, "must be an array");

    public MalformedMessageException Wrong(string name, string what) => new($"{path}{name} {what}.");

    public static long IntegerOf(JsonElement value, string where, long least = long.MinValue, long most = long.MaxValue) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw new MalformedMessageException(string.Create(
                CultureInfo.InvariantCulture, $"{where} must be an integer from {least} to {most}, without fraction or exponent."));

    private JsonElement Required(string name) => Find(name) ?? throw Wrong(name, "is missing");

    private JsonElement? Optional(string name) => Find(name) is { ValueKind: not JsonValueKind.Null } value ? value : null;

    private JsonElement? Find(string name)
    {
        try
        {
            return element.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Another field's name is no Unicode text, which shows only when names are compared.
            throw Wrong(name, "cannot be told from a field whose name is not Unicode text");
        }
    }

    private string TextOf(JsonElement value, string name, int maxLength)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            string text;
            try
            {
                text = value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                // A lone surrogate or bytes that are not UTF-8 show only now.
                throw Wrong(name, "is not Unicode text");
            }

            if (text.Length <= maxLength)
            {
                return text;
            }
        }

        throw Wrong(name, $"must be a text of at most {maxLength} characters");
    }
}
