using System.Text.Json;
using System.Text.RegularExpressions;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;

namespace VirtualEnergy.P2P.Node.Drivers.Discovered;

/// <summary>
/// How a value is taken out of a message: the simple ones of Home Assistant's templates, <c>{{ value }}</c>, <c>{{ value_json.a.b }}</c>,
/// <c>{{ value_json['a'] }}</c>, perhaps with a filter that changes no number. Templates can be programs; those are not run.
/// </summary>
public sealed partial class ValueTemplate
{
    private const int MostLength = 256;

    private readonly string? _path;

    private ValueTemplate(string? path) => _path = path;

    /// <summary>Null for a template that is more than a place.</summary>
    /// <param name="text">As announced; null takes the payload as it is.</param>
    public static ValueTemplate? Parse(string? text)
    {
        if (text is null)
        {
            return new ValueTemplate(null);
        }

        if (text.Length > MostLength || Simple().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var places = match.Groups["place"];
        return new ValueTemplate(match.Groups["json"].Success ? string.Join('.', places.Captures.Select(place => place.Value)) : null);
    }

    /// <summary>The number in a message; null where it has none.</summary>
    public decimal? Number(ReadOnlyMemory<byte> payload) => _path is null
        ? PayloadValue.Number(payload.Span)
        : PayloadValue.Number(Place(payload));

    /// <summary>The text in a message, a truth value as Home Assistant writes it; null where it has none.</summary>
    public string? Text(ReadOnlyMemory<byte> payload)
    {
        if (_path is null)
        {
            return payload.Length <= MostLength ? System.Text.Encoding.UTF8.GetString(payload.Span) : null;
        }

        return Place(payload) switch
        {
            { ValueKind: JsonValueKind.True } => "True",
            { ValueKind: JsonValueKind.False } => "False",
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            var place => PayloadValue.Text(place),
        };
    }

    private JsonElement? Place(ReadOnlyMemory<byte> payload) => PayloadValue.Parse(payload) is { } json ? PayloadValue.At(json, _path!) : null;

    // Atomic throughout, so that a text is gone through once, whoever wrote it: no time limit, which a busy machine would reach by itself.
    [GeneratedRegex("""^(?>\s*)\{\{-?(?>\s*)(?:value|(?<json>value_json)(?>(?:\.(?<place>\w{1,64})|\[(?>\s*)['"](?<place>[\w -]{1,64})['"](?>\s*)\])+))(?>(?:(?>\s*)\|(?>\s*)(?:is_defined|(?:float|int|round)(?:\((?>\s*)\d{0,2}(?>\s*)\))?))*)(?>\s*)-?\}\}(?>\s*)$""", RegexOptions.CultureInvariant)]
    private static partial Regex Simple();
}
