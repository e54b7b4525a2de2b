using System.Collections.Immutable;
using System.Numerics;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>An item of RLP: a string of bytes, or a list of items.</summary>
/// <param name="Bytes">The string; default for a list.</param>
/// <param name="Items">The list; default for a string.</param>
public readonly record struct RlpItem(ImmutableArray<byte> Bytes, ImmutableArray<RlpItem> Items)
{
    public bool IsList => !Items.IsDefault;

    public static RlpItem Of(ReadOnlySpan<byte> bytes) => new([.. bytes], default);

    public static RlpItem List(params ImmutableArray<RlpItem> items) => new(default, items);

    /// <summary>A number is its big-endian bytes without leading zeros; zero is the empty string.</summary>
    public static RlpItem Of(BigInteger number) =>
        Of(number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true));
}

/// <summary>Recursive length prefix (yellow paper, appendix B). Reading is strict: one encoding for each item, no other.</summary>
public static class Rlp
{
    /// <summary>Far deeper than any transaction, far shallower than the stack.</summary>
    private const int MaxDepth = 64;

    public static byte[] Encode(RlpItem item)
    {
        if (!item.IsList)
        {
            var bytes = item.Bytes.AsSpan();
            return bytes is [< 0x80] ? [bytes[0]] : [.. Prefix(0x80, bytes.Length), .. bytes];
        }

        var content = item.Items.Select(Encode).ToArray();
        return [.. Prefix(0xc0, content.Sum(part => part.Length)), .. content.SelectMany(part => part)];
    }

    /// <exception cref="FormatException">Cut short, trailing bytes, a longer form than needed, or nested deeper than 64.</exception>
    public static RlpItem Decode(ReadOnlySpan<byte> data)
    {
        var item = Read(data, 0, out var used);
        return used == data.Length ? item : throw new FormatException($"RLP: {data.Length - used} bytes trail the item.");
    }

    private static byte[] Prefix(byte kind, int length)
    {
        if (length <= 55)
        {
            return [(byte)(kind + length)];
        }

        var size = new BigInteger(length).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [(byte)(kind + 55 + size.Length), .. size];
    }

    private static RlpItem Read(ReadOnlySpan<byte> data, int depth, out int used)
    {
        if (data.IsEmpty || depth > MaxDepth)
        {
            throw new FormatException(data.IsEmpty ? "RLP: the data ends where an item should begin." : $"RLP: more than {MaxDepth} levels.");
        }

        if (data[0] < 0x80)
        {
            used = 1;
            return RlpItem.Of(data[..1]);
        }

        var isList = data[0] >= 0xc0;
        var content = Content(data, isList ? (byte)0xc0 : (byte)0x80, out used);
        if (!isList)
        {
            return content is [< 0x80] ? throw new FormatException("RLP: a single byte below 128 stands for itself.") : RlpItem.Of(content);
        }

        var items = ImmutableArray.CreateBuilder<RlpItem>();
        while (!content.IsEmpty)
        {
            items.Add(Read(content, depth + 1, out var size));
            content = content[size..];
        }

        return RlpItem.List(items.ToImmutable());
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> data, byte kind, out int used)
    {
        var code = data[0] - kind;
        var sizeOfLength = Math.Max(0, code - 55);
        if (sizeOfLength > data.Length - 1)
        {
            throw new FormatException("RLP: the data ends inside a length.");
        }

        var length = sizeOfLength == 0 ? code : LongLength(data.Slice(1, sizeOfLength));
        var start = 1 + sizeOfLength;
        if (length > data.Length - start)
        {
            throw new FormatException($"RLP: {length} bytes are announced, {data.Length - start} are there.");
        }

        used = start + (int)length;
        return data.Slice(start, (int)length);
    }

    private static long LongLength(ReadOnlySpan<byte> bytes)
    {
        var length = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        return bytes[0] == 0 || length <= 55
            ? throw new FormatException("RLP: a length is written longer than it needs.")
            : length > int.MaxValue ? throw new FormatException($"RLP: {length} bytes are announced.") : (long)length;
    }
}
