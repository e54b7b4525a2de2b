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

    [Fact]
    public void Logs_of_contracts_are_read_and_their_topics_written() =>
        EthersTestcases.Check(EthersTestcases.Read("contract-events"), 2016, testcase =>
        {
            var types = testcase.GetProperty("types").EnumerateArray().Select(type => type.GetString()!).ToArray();
            var indexed = testcase.GetProperty("indexed").EnumerateArray().Select(flag => flag.ValueKind == JsonValueKind.True).ToArray();
            var hashed = testcase.GetProperty("hashed").EnumerateArray().Select(flag => flag.GetBoolean()).ToArray();
            var declaration = string.Join(',', types.Zip(indexed, (type, flag) => flag ? type + " indexed" : type));
            var topics = testcase.GetProperty("topics").EnumerateArray().Select(topic => new Market.Hash256(Hex.Parse(topic.GetString()))).ToArray();
            var written = new AbiEvent($"testEvent({declaration}){(IsAnonymous(testcase) ? " anonymous" : "")}");
            var expected = testcase.GetProperty("values").EnumerateArray().Select((json, i) => ValueOf(AbiType.Parse(types[i]), json)).ToArray();

            var values = written.Decode(topics, Hex.Parse(testcase.Text("data")));

            Assert.Equal(topics.Select(topic => (Market.Hash256?)topic), written.TopicsOf([.. expected.Where((_, i) => indexed[i])]));
            for (var i = 0; i < types.Length; i++)
            {
                // Of a hashed value the topics, compared above, are all there is.
                Assert.Equivalent(hashed[i] ? Assert.IsType<Market.Hash256>(values[i]) : expected[i], values[i]);
            }
        });

    private static bool IsAnonymous(JsonElement testcase) =>
        testcase.Nested("interface").Single(entry => entry.Text("name") == "testEvent").GetProperty("anonymous").GetBoolean();

    // Values are bare, or {"type": …, "value": …}; numbers are text, decimal or hexadecimal.
    private static object ValueOf(AbiType type, JsonElement json)
    {
        json = json.ValueKind == JsonValueKind.Object ? json.GetProperty("value") : json;
        return type switch
        {
            AbiInteger => Integer(json.ValueKind == JsonValueKind.Number ? json.GetRawText() : json.GetString()!),
            AbiBool => json.GetBoolean(),
            AbiAddress => Address.Parse(json.GetString()!),
            AbiString => json.GetString()!,
            AbiArray(var element, _) => json.EnumerateArray().Select(item => ValueOf(element, item)).ToArray(),
            AbiTuple(var components) => components.Zip(json.EnumerateArray(), ValueOf).ToArray(),
            _ => Hex.Parse(json.GetString()),
        };
    }

    private static BigInteger Integer(string text) => text[0] == '-' ? -Integer(text[1..])
        : text.StartsWith("0x", StringComparison.Ordinal) ? BigInteger.Parse("0" + text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)
        : BigInteger.Parse(text, CultureInfo.InvariantCulture);
}
