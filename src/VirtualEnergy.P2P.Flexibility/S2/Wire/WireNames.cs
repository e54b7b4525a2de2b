using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace VirtualEnergy.P2P.Flexibility.S2.Wire;

/// <summary>The names that an enumeration's values have on the wire: UPPER_SNAKE_CASE of the member, unless an attribute says otherwise.</summary>
internal static class WireNames<TEnum>
    where TEnum : struct, Enum
{
    public static FrozenDictionary<TEnum, string> Names { get; } = Enum.GetValues<TEnum>().ToFrozenDictionary(value => value, NameOf);

    public static FrozenDictionary<string, TEnum> Values { get; } = Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    private static string NameOf(TEnum value) =>
        typeof(TEnum).GetField(value.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
        ?? JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}

/// <summary>Reads and writes an enumeration by its exact wire name; the base library's converter also takes other cases and lists.</summary>
public sealed class WireEnumConverter<TEnum> : JsonConverter<TEnum>
    where TEnum : struct, Enum
{
    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && WireNames<TEnum>.Values.TryGetValue(reader.GetString()!, out var value)
            ? value
            : throw new FieldException($"it is one of {string.Join(", ", WireNames<TEnum>.Values.Keys.Order(StringComparer.Ordinal).Take(14))}");

    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) => writer.WriteStringValue(WireNames<TEnum>.Names[value]);
}
