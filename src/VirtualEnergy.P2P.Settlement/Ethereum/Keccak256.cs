using System.Buffers.Binary;
using System.Runtime.InteropServices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>Ethereum's hash: Keccak with the padding from before FIPS 202, 256 bits. Not SHA3-256.</summary>
public static class Keccak256
{
    /// <summary>Bytes taken in between two permutations: 1600 bits less twice the hash's.</summary>
    private const int Rate = 136;

    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[KeccakPermutation.Words];
        state.Clear();
        while (data.Length >= Rate)
        {
            Absorb(state, data[..Rate]);
            KeccakPermutation.Apply(state);
            data = data[Rate..];
        }

        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[^1] |= 0x80;
        Absorb(state, last);
        KeccakPermutation.Apply(state);

        Span<byte> hash = stackalloc byte[Hash256.Size];
        for (var word = 0; word < Hash256.Size / sizeof(ulong); word++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(word * sizeof(ulong))..], state[word]);
        }

        return new Hash256(hash);
    }

    /// <summary>The hash of the text in UTF-8.</summary>
    public static Hash256 Hash(string text) => Hash(System.Text.Encoding.UTF8.GetBytes(text));

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(block);
        for (var word = 0; word < words.Length; word++)
        {
            state[word] ^= BitConverter.IsLittleEndian ? words[word] : BinaryPrimitives.ReverseEndianness(words[word]);
        }
    }
}
