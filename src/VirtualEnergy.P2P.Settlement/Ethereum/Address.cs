using System.Buffers.Binary;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A 20-byte Ethereum address. The default value is the zero address.</summary>
/// <remarks>
/// Text is read in any case; where the case is mixed it must be a correct EIP-55 checksum, so a mistyped address is refused.
/// Inside the market a member's id is <see cref="ToString"/>: lower case.
/// </remarks>
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    public const int Size = 20;

    public static readonly Address Zero;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    /// <param name="bytes">Exactly 20 bytes.</param>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"An address has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <exception cref="FormatException">Not 0x and 40 hexadecimal digits, or a wrong checksum.</exception>
    public static Address Parse(string text) =>
        TryParse(text, out var address)
            ? address
            : throw new FormatException($"'{text}' is not an address: 0x and 40 hexadecimal digits, in one case or with a correct EIP-55 checksum.");

    public static bool TryParse(string? text, out Address address)
    {
        address = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is not { Length: 2 + 2 * Size } || !text.StartsWith("0x", StringComparison.Ordinal)
            || Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        var parsed = new Address(bytes);
        var digits = text.AsSpan(2);
        var oneCase = digits.IndexOfAnyInRange('a', 'f') < 0 || digits.IndexOfAnyInRange('A', 'F') < 0;
        if (!oneCase && parsed.ToChecksumString() != text)
        {
            return false;
        }

        address = parsed;
        return true;
    }

    /// <exception cref="FormatException">The member of a loose book has a name that is no address.</exception>
    public static Address FromMember(MemberId member) => Parse(member.Value);

    public MemberId ToMember() => new(ToString());

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>0x and 40 lower-case hexadecimal digits.</summary>
    public override string ToString() => Hex.Of(ToArray());

    /// <summary>EIP-55: a letter is upper case where the nibble of the digits' own hash is 8 or more.</summary>
    public string ToChecksumString()
    {
        var digits = Convert.ToHexStringLower(ToArray());
        var hash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(digits)).ToArray();
        return "0x" + string.Create(digits.Length, (digits, hash), static (text, state) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                var nibble = i % 2 == 0 ? state.hash[i / 2] >> 4 : state.hash[i / 2] & 0xf;
                text[i] = nibble >= 8 ? char.ToUpperInvariant(state.digits[i]) : state.digits[i];
            }
        });
    }

    public int CompareTo(Address other)
    {
        var order = _high.CompareTo(other._high);
        order = order != 0 ? order : _middle.CompareTo(other._middle);
        return order != 0 ? order : _low.CompareTo(other._low);
    }

    public bool Equals(Address other) => _high == other._high && _middle == other._middle && _low == other._low;

    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_high, _middle, _low);

    public static bool operator ==(Address a, Address b) => a.Equals(b);

    public static bool operator !=(Address a, Address b) => !a.Equals(b);
}
