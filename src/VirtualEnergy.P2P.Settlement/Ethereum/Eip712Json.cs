using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>
/// Reads typed data as wallets exchange it (<c>eth_signTypedData_v4</c>): types, primaryType, domain, message. Where the types do
/// not describe the domain, its members present do, in EIP-712's order.
/// </summary>
public static class Eip712Json
{
    private static readonly ImmutableArray<Eip712Field> DomainFields =
    [
        new("name", "string"), new("version", "string"), new("chainId", "uint256"), new("verifyingContract", "address"), new("salt", "bytes32"),
    ];

    /// <exception cref="FormatException">Not JSON, or not typed data.</exception>
    public static Eip712TypedData Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"Not EIP-712 typed data: {e.Message}", e);
        }
    }

    private static Eip712TypedData Read(JsonElement root)
    {
        var domain = root.GetProperty("domain");
        var structs = root.GetProperty("types").EnumerateObject().ToDictionary(
            type => type.Name,
            type => type.Value.EnumerateArray()
                .Select(field => new Eip712Field(Text(field.GetProperty("name")), Text(field.GetProperty("type"))))
                .ToImmutableArray(),
            StringComparer.Ordinal);
        structs.TryAdd(Eip712TypedData.DomainType, [.. DomainFields.Where(field => domain.TryGetProperty(field.Name, out _))]);
        var types = new Eip712Types(structs);
        var primaryType = Text(root.GetProperty("primaryType"));
        return new Eip712TypedData(
            types,
            primaryType,
            Struct(types, Eip712TypedData.DomainType, domain),
            Struct(types, primaryType, root.GetProperty("message")));
    }

    private static Dictionary<string, object> Struct(Eip712Types types, string type, JsonElement json)
    {
        var fields = types.FieldsOf(type).ToDictionary(field => field.Name, field => field.Type, StringComparer.Ordinal);
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            var known = fields.TryGetValue(member.Name, out var memberType);
            if (!known || !values.TryAdd(member.Name, Value(types, memberType!, member.Value)))
            {
                throw new FormatException($"Struct {type} has no member {member.Name}, or has it twice.");
            }
        }

        return values;
    }

    private static object Value(Eip712Types types, string type, JsonElement json)
    {
        if (Eip712Types.ArrayOf(type) is var (item, _))
        {
            return json.EnumerateArray().Select(value => Value(types, item, value)).ToArray();
        }

        return types.IsStruct(type)
            ? Struct(types, type, json)
            : AbiType.Parse(type) switch
            {
                AbiBool => json.GetBoolean(),
                AbiString => Text(json),
                AbiAddress => Address.Parse(Text(json)),
                AbiInteger => Integer(json),
                _ => Hex.Parse(Text(json)),
            };
    }

    private static BigInteger Integer(JsonElement json)
    {
        var text = json.ValueKind == JsonValueKind.Number ? json.GetRawText() : Text(json);
        if (text.StartsWith("0x", StringComparison.Ordinal) && BigInteger.TryParse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            return hex;
        }

        return text.Length <= 80 && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("An integer is neither decimal nor 0x and hexadecimal digits.");
    }

    private static string Text(JsonElement json) => json.GetString() ?? throw new FormatException("null where text is expected.");
}
