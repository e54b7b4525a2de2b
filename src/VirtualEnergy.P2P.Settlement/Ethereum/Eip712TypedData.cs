using System.Collections;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// Typed structured data of any type, and its digest (EIP-712). The market's own three messages are hashed by
/// <see cref="Signing"/> directly; this is the general form, for tools and as their reference.
/// </summary>
/// <param name="Types">All structs, <c>EIP712Domain</c> among them.</param>
/// <param name="PrimaryType">The message's struct.</param>
/// <param name="Domain">Values of the domain's members.</param>
/// <param name="Message">
/// Values of the message's members: a struct is a dictionary again, an array any sequence, the rest as
/// <see cref="AbiType"/> maps it.
/// </param>
public sealed record Eip712TypedData(
    Eip712Types Types,
    string PrimaryType,
    IReadOnlyDictionary<string, object> Domain,
    IReadOnlyDictionary<string, object> Message)
{
    public const string DomainType = "EIP712Domain";

    private const int Word = 32;

    /// <summary>Deeper data is refused: hostile nesting must not reach the end of the stack.</summary>
    private const int MaxDepth = 64;

    public Hash256 DomainSeparator => Keccak256.Hash(EncodeData(DomainType, Domain, 0));

    /// <summary><c>hashStruct(message)</c>.</summary>
    public Hash256 MessageHash => Keccak256.Hash(EncodedMessage());

    /// <summary>What is signed: keccak256(0x1901 ‖ domain separator ‖ message hash).</summary>
    /// <exception cref="FormatException">A member is missing, unknown, or does not fit its type.</exception>
    public Hash256 Digest => Keccak256.Hash([0x19, 0x01, .. DomainSeparator.ToArray(), .. MessageHash.ToArray()]);

    /// <summary><c>typeHash ‖ encodeData(message)</c>, the preimage of <see cref="MessageHash"/>.</summary>
    public byte[] EncodedMessage() => EncodeData(PrimaryType, Message, 0);

    private byte[] EncodeData(string type, IReadOnlyDictionary<string, object> values, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new FormatException($"More than {MaxDepth} structs and arrays inside each other.");
        }

        var fields = Types.FieldsOf(type);
        if (values.Count != fields.Length)
        {
            throw new FormatException($"Struct {type} has {fields.Length} members, not {values.Count}.");
        }

        var output = new byte[Word * (fields.Length + 1)];
        Types.HashOf(type).CopyTo(output);
        for (var i = 0; i < fields.Length; i++)
        {
            var value = values.TryGetValue(fields[i].Name, out var found)
                ? found
                : throw new FormatException($"Struct {type} misses its member {fields[i].Name}.");
            EncodeField(fields[i].Type, value, depth).CopyTo(output, Word * (i + 1));
        }

        return output;
    }

    private byte[] EncodeField(string type, object value, int depth)
    {
        if (Eip712Types.ArrayOf(type) is var (item, length))
        {
            return value is IEnumerable items and not string
                ? HashOfItems(type, item, length, items, depth + 1)
                : throw new FormatException($"A value of {type} is no array.");
        }

        if (Types.IsStruct(type))
        {
            return value is IReadOnlyDictionary<string, object> members
                ? Keccak256.Hash(EncodeData(type, members, depth + 1)).ToArray()
                : throw new FormatException($"A value of {type} is no struct.");
        }

        try
        {
            return AbiType.Parse(type) switch
            {
                AbiBytes bytes => Keccak256.Hash(AbiEncoder.BytesOf(bytes, value)).ToArray(),
                AbiString => value is string text ? Keccak256.Hash(text).ToArray() : throw new FormatException("A value of string is no text."),
                var word => AbiEncoder.EncodeWord(word, value),
            };
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    private byte[] HashOfItems(string type, string item, int length, IEnumerable items, int depth)
    {
        var encoded = items.Cast<object>().Select(value => EncodeField(item, value, depth)).ToArray();
        return length < 0 || encoded.Length == length
            ? Keccak256.Hash([.. encoded.SelectMany(word => word)]).ToArray()
            : throw new FormatException($"{encoded.Length} items for {type}.");
    }
}
