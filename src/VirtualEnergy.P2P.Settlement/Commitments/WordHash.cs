using System.Buffers.Binary;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>keccak-256 of <c>abi.encode</c> of a few values of one word each, written into the caller's buffer: every leaf of a round is hashed so.</summary>
internal ref struct WordHash(Span<byte> buffer)
{
    private const int Word = 32;

    private readonly Span<byte> _buffer = buffer;
    private int _used;

    public const int LeafSize = 8 * Word;

    public void Add(Hash256 value) => value.CopyTo(Next());

    public void Add(Address value)
    {
        var word = Next();
        word.Clear();
        value.CopyTo(word[12..]);
    }

    public void Add(long value)
    {
        var word = Next();
        word[..24].Fill(value < 0 ? (byte)0xff : (byte)0);
        BinaryPrimitives.WriteInt64BigEndian(word[24..], value);
    }

    public readonly Hash256 Finish() => Keccak256.Hash(_buffer[.._used]);

    private Span<byte> Next()
    {
        _used += Word;
        return _buffer.Slice(_used - Word, Word);
    }
}
