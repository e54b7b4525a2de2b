using System.Text;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum.Abi;

/// <summary>
/// An event's indexed value as a topic: the word itself, or where the value is more than a word, the hash of its in-place
/// form (ABI specification, "Encoding of Indexed Event Parameters"): no lengths, no offsets, every member padded to words.
/// </summary>
internal static class AbiTopic
{
    public static object Read(AbiType type, Hash256 topic) => IsOneWord(type) ? AbiDecoder.DecodeWord(type, topic.ToArray()) : topic;

    /// <exception cref="ArgumentException">The value does not fit the type.</exception>
    public static Hash256 Of(AbiType type, object value)
    {
        if (IsOneWord(type))
        {
            return new Hash256(AbiEncoder.EncodeWord(type, value));
        }

        using var inPlace = new MemoryStream();
        Write(type, value, inPlace, isMember: false);
        return Keccak256.Hash(inPlace.ToArray());
    }

    private static bool IsOneWord(AbiType type) => type is AbiInteger or AbiAddress or AbiBool or AbiFixedBytes or AbiFunctionReference;

    private static void Write(AbiType type, object value, MemoryStream output, bool isMember)
    {
        switch (type)
        {
            case AbiBytes:
                WriteBytes(AbiEncoder.BytesOf(type, value), output, isMember);
                break;
            case AbiString:
                var text = value as string ?? throw new ArgumentException($"string cannot be written from {value.GetType().Name}.");
                WriteBytes(Encoding.UTF8.GetBytes(text), output, isMember);
                break;
            case AbiArray(var element, var length):
                foreach (var item in AbiEncoder.ItemsOf(type, value, length))
                {
                    Write(element, item, output, isMember: true);
                }

                break;
            case AbiTuple(var components):
                var members = AbiEncoder.ItemsOf(type, value, components.Length);
                for (var i = 0; i < components.Length; i++)
                {
                    Write(components[i], members[i], output, isMember: true);
                }

                break;
            default:
                output.Write(AbiEncoder.EncodeWord(type, value));
                break;
        }
    }

    // Alone, text is hashed as it is; inside an array or a struct it is padded like everything there.
    private static void WriteBytes(byte[] bytes, MemoryStream output, bool isMember)
    {
        output.Write(bytes);
        if (isMember)
        {
            output.Write(new byte[(AbiEncoder.Word - bytes.Length % AbiEncoder.Word) % AbiEncoder.Word]);
        }
    }
}
