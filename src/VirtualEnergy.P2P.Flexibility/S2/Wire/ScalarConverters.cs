using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace VirtualEnergy.P2P.Flexibility.S2.Wire;

/// <summary>Identifiers as JSON strings.</summary>
internal sealed class IdentifierConverter : JsonConverter<Identifier>
{
    public override Identifier Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { } text && Identifier.IsValid(text)
            ? new Identifier(text)
            : throw new FieldException("an identifier is 2 to 64 letters, digits, '-', '_' and ':'");

    public override void Write(Utf8JsonWriter writer, Identifier value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>Numbers; one that is too large for any device is a fault of content, not of form.</summary>
internal sealed class FiniteNumberConverter : JsonConverter<FiniteNumber>
{
    public override FiniteNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new FieldException("a number is needed");
        }

        return reader.TryGetDouble(out var value) && FiniteNumber.IsValid(value)
            ? new FiniteNumber(value)
            : throw new FieldException("no device has a number beyond 1e15", isContent: true);
    }

    public override void Write(Utf8JsonWriter writer, FiniteNumber value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
}

/// <summary>Durations: JSON numbers without a fraction, so 1500, 1500.0 and 1.5e3 alike.</summary>
internal sealed class S2DurationConverter : JsonConverter<S2Duration>
{
    public override S2Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var value) || value < 0 || (double.IsFinite(value) && value != Math.Floor(value)))
        {
            throw new FieldException("a duration is a whole number of milliseconds, 0 or more");
        }

        return value <= S2Duration.MostMilliseconds
            ? new S2Duration((long)value)
            : throw new FieldException("no duration is longer than a hundred years", isContent: true);
    }

    public override void Write(Utf8JsonWriter writer, S2Duration value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Milliseconds);
}

/// <summary>Moments as RFC 3339 says: date, time and offset. A leap second (:60) is refused; this calendar has none.</summary>
internal sealed partial class MomentConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            && reader.GetString() is { Length: < 64 } text
            && Rfc3339().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
                ? moment
                : throw new FieldException("a moment is a date, time and offset as in 2026-11-29T18:00:00Z");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();
}
