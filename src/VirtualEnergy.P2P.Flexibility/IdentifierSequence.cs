using System.Buffers.Binary;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>Identifiers without end, each once, in the form of UUIDs: 74 bits of a seed, then a number of 48 bits. From several threads at once.</summary>
/// <remarks>
/// S2's schema takes any text, but implementations in use take UUIDs alone, so whatever is named here is named by one. Source: RFC 9562, version 8.
/// </remarks>
public sealed class IdentifierSequence
{
    private readonly Guid _seed;
    private long _number;

    /// <param name="seed">Makes the sequence unlike any other: chance.</param>
    public IdentifierSequence(Guid seed) => _seed = seed;

    public Identifier Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        _seed.TryWriteBytes(bytes, bigEndian: true, out _);
        var number = (ulong)Interlocked.Increment(ref _number);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], (ushort)(number >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], (uint)number);
        return Identifier.Uuid(bytes);
    }
}
