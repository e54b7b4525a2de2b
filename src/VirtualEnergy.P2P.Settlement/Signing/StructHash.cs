using System.Buffers.Binary;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Signing;

/// <summary>
/// EIP-712's <c>hashStruct</c> for the market's few fixed types, a word a field. The general <see cref="Eip712TypedData"/>
/// does the same from a description; a test holds the two together. This one is for the exchange, which hashes every bid, and every
/// leaf of a round: <c>abi.encode</c> of words without a type in front.
/// </summary>
internal sealed class StructHash
{
    private const int Word = 32;
    private const int MaxWords = 64;
    private const int MaxTypedWords = 12;

    private readonly byte[] _words;
    private int _used;

    /// <param name="type">The type's hash.</param>
    /// <param name="words">How many there will be at most, the type's included.</param>
    public StructHash(Hash256 type, int words = MaxTypedWords)
        : this(words) => Add(type);

    /// <summary>No type in front: the hash of an array is that of its items' hashes in a row, that of a leaf of its fields.</summary>
    /// <param name="words">How many there will be at most.</param>
    public StructHash(int words = MaxWords) => _words = new byte[words * Word];

    public StructHash Add(Hash256 value)
    {
        value.CopyTo(Next());
        return this;
    }

    public StructHash Add(Address value)
    {
        value.CopyTo(Next()[12..]);
        return this;
    }

    public StructHash AddUnsigned(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Next()[24..], value);
        return this;
    }

    /// <exception cref="OverflowException">A uint64 field holds no negative number.</exception>
    public StructHash AddUnsigned(long value) => AddUnsigned(checked((ulong)value));

    public StructHash AddSigned(long value)
    {
        var word = Next();
        word.Fill(value < 0 ? (byte)0xff : (byte)0);
        BinaryPrimitives.WriteInt64BigEndian(word[24..], value);
        return this;
    }

    /// <exception cref="OverflowException">An unsigned field holds no negative number.</exception>
    public StructHash AddUnsigned(Int128 value)
    {
        BinaryPrimitives.WriteUInt128BigEndian(Next()[16..], checked((UInt128)value));
        return this;
    }

    public Hash256 Finish() => Keccak256.Hash(_words.AsSpan(0, _used));

    /// <summary>The digest to sign: keccak256(0x1901 ‖ domain separator ‖ this).</summary>
    public Hash256 Digest(Hash256 separator)
    {
        Span<byte> bytes = stackalloc byte[2 + 2 * Hash256.Size];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, 0x1901);
        separator.CopyTo(bytes[2..]);
        Finish().CopyTo(bytes[(2 + Hash256.Size)..]);
        return Keccak256.Hash(bytes);
    }

    private Span<byte> Next()
    {
        _used += Word;
        return _words.AsSpan(_used - Word, Word);
    }
}
