using System.Buffers;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>An identifier of EFI and S2: 2 to 64 letters, digits, hyphens, underscores and colons.</summary>
/// <remarks>
/// The schema's pattern has no anchors, so a validator takes any text that contains two such characters. Here the whole text must match, as
/// the standard says. Source: ID.schema.json.
/// </remarks>
[JsonConverter(typeof(IdentifierConverter))]
public readonly record struct Identifier
{
    public const int MostCharacters = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:");

    private readonly string? _text;

    /// <exception cref="FormatException">The text is no identifier.</exception>
    public Identifier(string text) => _text = IsValid(text) ? text : throw new FormatException("An identifier is 2 to 64 of a-z, A-Z, 0-9, '-', '_' and ':'.");

    /// <summary>Stands where a refused message had no identifier that could be read.</summary>
    public static Identifier Unknown { get; } = new("00000000-0000-0000-0000-000000000000");

    public static bool IsValid(string? text) => text is { Length: >= 2 and <= MostCharacters } && !text.AsSpan().ContainsAnyExcept(Allowed);

    public override string ToString() => _text ?? Unknown.ToString();
}
