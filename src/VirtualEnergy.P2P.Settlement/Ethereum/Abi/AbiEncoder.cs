using System.Collections;
using System.Collections.Immutable;
using System.Numerics;
using System.Text;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>Writes values in the ABI's standard form. <see cref="AbiType"/> says which .NET object a type takes.</summary>
public static class AbiEncoder
{
    internal const int Word = 32;

    /// <summary><c>abi.encode(values…)</c>.</summary>
    /// <exception cref="ArgumentException">A value does not fit its type; the message names the type.</exception>
    public static byte[] Encode(IReadOnlyList<AbiType> types, params IReadOnlyList<object> values)
    {
        using var output = new MemoryStream();
        WriteSequence(types, values, output);
        return output.ToArray();
    }

    /// <summary>A static value as its one word, right- or left-aligned as the type wants.</summary>
    internal static byte[] EncodeWord(AbiType type, object value)
    {
        var word = new byte[Word];
        switch (type)
        {
            case AbiInteger integer:
                WriteInteger(integer, value, word);
                break;
            case AbiAddress:
                (value is Address address ? address : throw Mismatch(type, value)).CopyTo(word.AsSpan(12));
                break;
            case AbiBool:
                word[31] = value is bool truth ? (truth ? (byte)1 : (byte)0) : throw Mismatch(type, value);
                break;
            case AbiFixedBytes(var size):
                WriteLeft(type, value, size, word);
                break;
            case AbiFunctionReference:
                WriteLeft(type, value, AbiFunctionReference.Size, word);
                break;
            default:
                throw new ArgumentException($"{type.Name} is not one word.", nameof(type));
        }

        return word;
    }

    internal static byte[] BytesOf(AbiType type, object value) => value switch
    {
        byte[] bytes => bytes,
        ImmutableArray<byte> bytes => [.. bytes],
        Hash256 hash => hash.ToArray(),
        _ => throw Mismatch(type, value),
    };

    internal static IReadOnlyList<object> ItemsOf(AbiType type, object value, int? length)
    {
        var items = value switch
        {
            IReadOnlyList<object> list => list,
            IEnumerable list and not string => [.. list.Cast<object>()],
            _ => throw Mismatch(type, value),
        };
        return length is null || items.Count == length ? items : throw Mismatch(type, value);
    }

    private static void Write(AbiType type, object value, MemoryStream output)
    {
        switch (type)
        {
            case AbiBytes:
                WriteBytes(BytesOf(type, value), output);
                break;
            case AbiString:
                WriteBytes(value is string text ? Encoding.UTF8.GetBytes(text) : throw Mismatch(type, value), output);
                break;
            case AbiArray(var element, var length):
                var items = ItemsOf(type, value, length);
                if (length is null)
                {
                    WriteNumber(items.Count, output);
                }

                WriteSequence(new RepeatedType(element, items.Count), items, output);
                break;
            case AbiTuple(var components):
                WriteSequence(components, ItemsOf(type, value, components.Length), output);
                break;
            default:
                output.Write(EncodeWord(type, value));
                break;
        }
    }

    private static void WriteSequence(IReadOnlyList<AbiType> types, IReadOnlyList<object> values, MemoryStream output)
    {
        if (types.Count != values.Count)
        {
            throw new ArgumentException($"{values.Count} values for {types.Count} parameters.", nameof(values));
        }

        using var tail = new MemoryStream();
        var headSize = types.Sum(type => type.HeadSize);
        for (var i = 0; i < types.Count; i++)
        {
            if (types[i].IsDynamic)
            {
                WriteNumber(headSize + tail.Length, output);
                Write(types[i], values[i], tail);
            }
            else
            {
                Write(types[i], values[i], output);
            }
        }

        tail.WriteTo(output);
    }

    private static void WriteLeft(AbiType type, object value, int size, byte[] word)
    {
        var bytes = BytesOf(type, value);
        (bytes.Length == size ? bytes : throw Mismatch(type, value)).CopyTo(word, 0);
    }

    private static void WriteBytes(byte[] bytes, MemoryStream output)
    {
        WriteNumber(bytes.Length, output);
        output.Write(bytes);
        output.Write(new byte[(Word - bytes.Length % Word) % Word]);
    }

    private static void WriteNumber(long number, MemoryStream output)
    {
        Span<byte> word = stackalloc byte[Word];
        word.Clear();
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(word[24..], number);
        output.Write(word);
    }

    private static void WriteInteger(AbiInteger type, object value, byte[] word)
    {
        var number = value switch
        {
            BigInteger big => big,
            long or int or short or sbyte => Convert.ToInt64(value, null),
            ulong or uint or ushort or byte => Convert.ToUInt64(value, null),
            Int128 big => big,
            UInt128 big => big,
            _ => throw Mismatch(type, value),
        };
        var low = type.IsSigned ? -(BigInteger.One << (type.Bits - 1)) : BigInteger.Zero;
        var high = BigInteger.One << (type.IsSigned ? type.Bits - 1 : type.Bits);
        if (number < low || number >= high)
        {
            throw new ArgumentException($"{number} is out of the range of {type.Name}.", nameof(value));
        }

        word.AsSpan().Fill(number.Sign < 0 ? (byte)0xff : (byte)0);
        var size = number.GetByteCount(isUnsigned: !type.IsSigned);
        number.TryWriteBytes(word.AsSpan(Word - size), out _, isUnsigned: !type.IsSigned, isBigEndian: true);
    }

    private static ArgumentException Mismatch(AbiType type, object? value) =>
        new($"{type.Name} cannot be written from {value switch
        {
            null => "null",
            byte[] bytes => $"{bytes.Length} bytes",
            ICollection list => $"{list.Count} values",
            _ => value.GetType().Name,
        }}.");

    // An array's types are one type repeated; a list of them need not exist.
    private sealed class RepeatedType(AbiType type, int count) : IReadOnlyList<AbiType>
    {
        public int Count => count;

        public AbiType this[int index] => type;

        public IEnumerator<AbiType> GetEnumerator() => Enumerable.Repeat(type, count).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
