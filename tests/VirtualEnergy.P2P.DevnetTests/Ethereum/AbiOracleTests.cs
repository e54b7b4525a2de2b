using System.Globalization;
using System.Numerics;
using System.Text.Json;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Ethereum;

/// <summary>ABI coding against what solc's contracts really answered.</summary>
public sealed class AbiOracleTests
{
    [Theory]
    [InlineData("contract-interface", "normalizedValues", 2045)]
    [InlineData("contract-interface-abi2", "values", 1880)]
    public void What_contracts_answer_is_what_we_write_and_read(string file, string values, int cases) =>
        EthersTestcases.Check(EthersTestcases.Read(file), cases, testcase =>
        {
            var types = testcase.Nested("types").Select(type => AbiType.Parse(type.GetString()!)).ToArray();
            var expected = types.Zip(testcase.Nested(values), ValueOf).ToArray();
            var answer = Hex.Parse(testcase.Text("result"));

            Assert.Equal(answer, AbiEncoder.Encode(types, expected));
            Assert.Equal(answer, AbiEncoder.Encode(types, AbiDecoder.Decode(types, answer)));
            Assert.Equivalent(expected, AbiDecoder.Decode(types, answer));
        });

    [Fact]
    public void Selectors_are_those_of_ethers() =>
        EthersTestcases.Check(EthersTestcases.Read("contract-signatures"), 1880, testcase =>
        {
            var function = new AbiFunction(testcase.Text("signature"));

            Assert.Equal(testcase.Text("signature"), function.CanonicalSignature);
            Assert.Equal(testcase.Text("sigHash"), Hex.Of(function.Selector.AsSpan()));
        });

    // Values are bare, or {"type": …, "value": …}; numbers are decimal text.
    private static object ValueOf(AbiType type, JsonElement json)
    {
        json = json.ValueKind == JsonValueKind.Object ? json.GetProperty("value") : json;
        return type switch
        {
            AbiInteger => BigInteger.Parse(json.ValueKind == JsonValueKind.Number ? json.GetRawText() : json.GetString()!, CultureInfo.InvariantCulture),
            AbiBool => json.GetBoolean(),
            AbiAddress => Address.Parse(json.GetString()!),
            AbiString => json.GetString()!,
            AbiArray(var element, _) => json.EnumerateArray().Select(item => ValueOf(element, item)).ToArray(),
            AbiTuple(var components) => components.Zip(json.EnumerateArray(), ValueOf).ToArray(),
            _ => Hex.Parse(json.GetString()),
        };
    }
}
