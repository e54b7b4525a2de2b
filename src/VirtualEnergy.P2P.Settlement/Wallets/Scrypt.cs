using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace VirtualEnergy.P2P.Settlement.Wallets;

/// <summary>
/// scrypt (RFC 7914). Our own, because BouncyCastle's refuses n ≥ 2^16 with r = 1, which the standard's first keystores have.
/// </summary>
internal static class Scrypt
{
    private const int BlockWords = 16;

    public static byte[] Derive(byte[] password, byte[] salt, ScryptCost cost, int size)
    {
        var blocks = Pbkdf2(password, salt, cost.P * 128 * cost.R);
        var words = new uint[blocks.Length / sizeof(uint)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(blocks.AsSpan(i * sizeof(uint)));
        }

        var wordsOfOne = 2 * BlockWords * cost.R;
        using var memory = new ScryptMemory(cost.N, wordsOfOne);
        for (var i = 0; i < cost.P; i++)
        {
            Mix(words.AsSpan(i * wordsOfOne, wordsOfOne), memory);
        }

        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(blocks.AsSpan(i * sizeof(uint)), words[i]);
        }

        return Pbkdf2(password, blocks, size);
    }

    private static byte[] Pbkdf2(byte[] password, byte[] salt, int size) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, size);

    // scryptROMix: fill the memory in order, then read it in an order that only the data knows.
    private static void Mix(Span<uint> block, ScryptMemory memory)
    {
        var scratch = new uint[block.Length];
        var row = new uint[block.Length];
        for (var i = 0; i < memory.Rows; i++)
        {
            memory.Write(i, block);
            MixBlock(block, scratch);
        }

        for (var i = 0; i < memory.Rows; i++)
        {
            memory.Read((int)(block[^BlockWords] & (uint)(memory.Rows - 1)), row);
            Xor(block, row);
            MixBlock(block, scratch);
        }
    }

    // scryptBlockMix: even results to the first half, odd ones to the second.
    private static void MixBlock(Span<uint> block, Span<uint> scratch)
    {
        Span<uint> x = stackalloc uint[BlockWords];
        block[^BlockWords..].CopyTo(x);
        var count = block.Length / BlockWords;
        for (var i = 0; i < count; i++)
        {
            Xor(x, block.Slice(i * BlockWords, BlockWords));
            Salsa20Core(x);
            x.CopyTo(scratch[((i / 2 + i % 2 * (count / 2)) * BlockWords)..]);
        }

        scratch.CopyTo(block);
    }

    private static void Xor(Span<uint> target, ReadOnlySpan<uint> other)
    {
        var wideTarget = MemoryMarshal.Cast<uint, Vector<uint>>(target);
        var wideOther = MemoryMarshal.Cast<uint, Vector<uint>>(other);
        for (var i = 0; i < wideTarget.Length; i++)
        {
            wideTarget[i] ^= wideOther[i];
        }
    }

    // Salsa20/8: four double rounds, columns then rows; sums wrap by definition.
    private static void Salsa20Core(Span<uint> block)
    {
        Span<uint> x = stackalloc uint[BlockWords];
        block.CopyTo(x);
        for (var round = 0; round < 4; round++)
        {
            Quarter(ref x[0], ref x[4], ref x[8], ref x[12]);
            Quarter(ref x[5], ref x[9], ref x[13], ref x[1]);
            Quarter(ref x[10], ref x[14], ref x[2], ref x[6]);
            Quarter(ref x[15], ref x[3], ref x[7], ref x[11]);
            Quarter(ref x[0], ref x[1], ref x[2], ref x[3]);
            Quarter(ref x[5], ref x[6], ref x[7], ref x[4]);
            Quarter(ref x[10], ref x[11], ref x[8], ref x[9]);
            Quarter(ref x[15], ref x[12], ref x[13], ref x[14]);
        }

        for (var i = 0; i < BlockWords; i++)
        {
            block[i] = unchecked(block[i] + x[i]);
        }
    }

    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        unchecked
        {
            b ^= BitOperations.RotateLeft(a + d, 7);
            c ^= BitOperations.RotateLeft(b + a, 9);
            d ^= BitOperations.RotateLeft(c + b, 13);
            a ^= BitOperations.RotateLeft(d + c, 18);
        }
    }
}
