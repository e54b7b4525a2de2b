using System.Buffers;
using System.Buffers.Binary;
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

    /// <summary>The UUID that stands for a name, always the same one: RFC 9562, version 8, of the name's hash by FNV-1a in 128 bits.</summary>
    /// <param name="name">What is named within one device, by this program: <c>mode-1</c>. Whoever may choose names could find two of one hash.</param>
    public static Identifier Named(string name)
    {
        var hash = new UInt128(0x6C62272E07BB0142, 0x62B821756295C58D);
        foreach (var letter in System.Text.Encoding.UTF8.GetBytes(name))
        {
            hash = unchecked((hash ^ letter) * new UInt128(0x0000000001000000, 0x000000000000013B));
        }

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return Uuid(bytes);
    }

    // Version 8 and its variant go over what stands in their bits.
    internal static Identifier Uuid(Span<byte> bytes)
    {
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x80);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new Identifier(new Guid(bytes, bigEndian: true).ToString());
    }

    public static bool IsValid(string? text) => text is { Length: >= 2 and <= MostCharacters } && !text.AsSpan().ContainsAnyExcept(Allowed);

    public override string ToString() => _text ?? Unknown.ToString();
}
