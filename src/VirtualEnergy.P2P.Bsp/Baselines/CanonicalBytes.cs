using System.Buffers.Binary;
using System.Text;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>Bytes that are the same on every machine. Numbers are big-endian, 64 bits; a text is its length in bytes and then UTF-8.</summary>
internal sealed class CanonicalBytes
{
    private readonly List<byte> _bytes = [];

    public CanonicalBytes Text(string text)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        return Numbers(encoded.Length).Raw(encoded);
    }

    public CanonicalBytes Numbers(params ReadOnlySpan<long> numbers)
    {
        Span<byte> buffer = stackalloc byte[sizeof(long)];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt64BigEndian(buffer, number);
            _bytes.AddRange(buffer);
        }

        return this;
    }

    /// <summary>Bytes as they are, of a length that is known.</summary>
    public CanonicalBytes Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];
}
