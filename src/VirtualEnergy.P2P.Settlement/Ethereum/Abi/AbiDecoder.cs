using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>
/// Reads values in the ABI's standard form, and only that form: every offset points where the encoder would have put it, all
/// padding is zero, numbers lie in their range, text is UTF-8, nothing trails. What is accepted is therefore what
/// <see cref="AbiEncoder"/> would write, and the work is linear in the input, however hostile.
/// </summary>
public static class AbiDecoder
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <exception cref="AbiFormatException">The data is not the standard form of these types.</exception>
    public static object[] Decode(IReadOnlyList<AbiType> types, ReadOnlySpan<byte> data)
    {
        var values = Sequence(types.Count, i => types[i], data, out var used);
        return used == data.Length ? values : throw new AbiFormatException($"{data.Length - used} bytes trail the values.");
    }

    private static object[] Sequence(int count, Func<int, AbiType> typeAt, ReadOnlySpan<byte> frame, out int used)
    {
        var head = 0;
        var tail = 0;
        for (var i = 0; i < count; i++)
        {
            tail = checked(tail + typeAt(i).HeadSize);
            if (tail > frame.Length)
            {
                throw new AbiFormatException($"The data ends before its values: {frame.Length} bytes.");
            }
        }

        var values = new object[count];
        for (var i = 0; i < count; i++)
        {
            var type = typeAt(i);
            if (!type.IsDynamic)
            {
                values[i] = Value(type, From(frame, head), out var size);
                head += size;
                continue;
            }

            if (Length(From(frame, head)) != tail)
            {
                throw new AbiFormatException($"The offset of a {type.Name} is not {tail}.");
            }

            values[i] = Value(type, From(frame, tail), out var length);
            tail += length;
            head += AbiEncoder.Word;
        }

        used = tail;
        return values;
    }

    private static object Value(AbiType type, ReadOnlySpan<byte> data, out int used)
    {
        switch (type)
        {
            case AbiBytes:
                return Bytes(data, out used);
            case AbiString:
                return Text(Bytes(data, out used));
            case AbiArray(var element, null):
                var count = Length(data);
                var rest = data[AbiEncoder.Word..];
                if (count > rest.Length / Math.Max(1, element.HeadSize))
                {
                    throw new AbiFormatException($"{count} × {element.Name} do not fit in {rest.Length} bytes.");
                }

                var items = Sequence(count, _ => element, rest, out used);
                used += AbiEncoder.Word;
                return items;
            case AbiArray(var element, var length):
                return Sequence(length.Value, _ => element, data, out used);
            case AbiTuple(var components):
                return Sequence(components.Length, i => components[i], data, out used);
            default:
                used = AbiEncoder.Word;
                return DecodeWord(type, data);
        }
    }

    /// <summary>Reads a static value from its one word, an event's topic for instance.</summary>
    internal static object DecodeWord(AbiType type, ReadOnlySpan<byte> data)
    {
        var word = Head(data);
        switch (type)
        {
            case AbiInteger integer:
                return Integer(integer, word);
            case AbiAddress when word[..12].IndexOfAnyExcept((byte)0) < 0:
                return new Address(word[12..]);
            case AbiBool when word[..31].IndexOfAnyExcept((byte)0) < 0 && word[31] <= 1:
                return word[31] == 1;
            case AbiFixedBytes(var size) when word[size..].IndexOfAnyExcept((byte)0) < 0:
                return word[..size].ToArray();
            case AbiFunctionReference when word[AbiFunctionReference.Size..].IndexOfAnyExcept((byte)0) < 0:
                return word[..AbiFunctionReference.Size].ToArray();
            default:
                throw new AbiFormatException($"{Hex.Of(word)} is not a {type.Name}.");
        }
    }

    private static BigInteger Integer(AbiInteger type, ReadOnlySpan<byte> word)
    {
        var number = new BigInteger(word, isUnsigned: !type.IsSigned, isBigEndian: true);
        var bits = type.IsSigned ? type.Bits - 1 : type.Bits;
        var fits = number.Sign >= 0 ? number >> bits == 0 : number >> bits == -1;
        return fits ? number : throw new AbiFormatException($"{number} is out of the range of {type.Name}.");
    }

    private static byte[] Bytes(ReadOnlySpan<byte> data, out int used)
    {
        var length = Length(data);
        var content = data[AbiEncoder.Word..];
        var padded = ((long)length + AbiEncoder.Word - 1) / AbiEncoder.Word * AbiEncoder.Word;
        if (padded > content.Length)
        {
            throw new AbiFormatException($"{length} bytes are announced, {content.Length} are there.");
        }

        if (content[length..(int)padded].IndexOfAnyExcept((byte)0) >= 0)
        {
            throw new AbiFormatException("Padding is not zero.");
        }

        used = AbiEncoder.Word + (int)padded;
        return content[..length].ToArray();
    }

    private static string Text(byte[] utf8)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            throw new AbiFormatException("A string is not UTF-8.", e);
        }
    }

    private static int Length(ReadOnlySpan<byte> data)
    {
        var word = Head(data);
        var low = BinaryPrimitives.ReadUInt32BigEndian(word[28..]);
        return word[..28].IndexOfAnyExcept((byte)0) < 0 && low <= int.MaxValue
            ? (int)low
            : throw new AbiFormatException("A length or an offset is beyond any data.");
    }

    private static ReadOnlySpan<byte> Head(ReadOnlySpan<byte> data) =>
        data.Length >= AbiEncoder.Word ? data[..AbiEncoder.Word] : throw new AbiFormatException("The data ends inside a word.");

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> data, int start) =>
        start <= data.Length ? data[start..] : throw new AbiFormatException("The data ends before its values.");
}

/// <summary>Bytes that are not the ABI's standard form of the expected types.</summary>
public sealed class AbiFormatException(string message, Exception? inner = null) : FormatException(message, inner);
