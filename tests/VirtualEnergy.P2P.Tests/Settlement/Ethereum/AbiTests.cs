using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class AbiTests
{
    // Solidity documentation, "Contract ABI Specification", section "Examples".
    [Fact]
    public void Baz_of_the_solidity_documentation() => Assert.Equal(
        "0xcdcd77c0"
        + "0000000000000000000000000000000000000000000000000000000000000045"
        + "0000000000000000000000000000000000000000000000000000000000000001",
        Hex.Of(new AbiFunction("baz(uint32 x, bool y)", "bool r").Encode(69, true)));

    [Fact]
    public void Sam_of_the_solidity_documentation() => Assert.Equal(
        "0xa5643bf2"
        + "0000000000000000000000000000000000000000000000000000000000000060"
        + "0000000000000000000000000000000000000000000000000000000000000001"
        + "00000000000000000000000000000000000000000000000000000000000000a0"
        + "0000000000000000000000000000000000000000000000000000000000000004"
        + "6461766500000000000000000000000000000000000000000000000000000000"
        + "0000000000000000000000000000000000000000000000000000000000000003"
        + "0000000000000000000000000000000000000000000000000000000000000001"
        + "0000000000000000000000000000000000000000000000000000000000000002"
        + "0000000000000000000000000000000000000000000000000000000000000003",
        Hex.Of(new AbiFunction("sam(bytes,bool,uint[])").Encode("dave"u8.ToArray(), true, new object[] { 1, 2, 3 })));

    // The same page, "Use of Dynamic Types".
    [Fact]
    public void Nested_dynamic_arrays_of_the_solidity_documentation() => Assert.Equal(
        "0x2289b18c"
        + "0000000000000000000000000000000000000000000000000000000000000040"
        + "0000000000000000000000000000000000000000000000000000000000000140"
        + "0000000000000000000000000000000000000000000000000000000000000002"
        + "0000000000000000000000000000000000000000000000000000000000000040"
        + "00000000000000000000000000000000000000000000000000000000000000a0"
        + "0000000000000000000000000000000000000000000000000000000000000002"
        + "0000000000000000000000000000000000000000000000000000000000000001"
        + "0000000000000000000000000000000000000000000000000000000000000002"
        + "0000000000000000000000000000000000000000000000000000000000000001"
        + "0000000000000000000000000000000000000000000000000000000000000003"
        + "0000000000000000000000000000000000000000000000000000000000000003"
        + "0000000000000000000000000000000000000000000000000000000000000060"
        + "00000000000000000000000000000000000000000000000000000000000000a0"
        + "00000000000000000000000000000000000000000000000000000000000000e0"
        + "0000000000000000000000000000000000000000000000000000000000000003"
        + "6f6e650000000000000000000000000000000000000000000000000000000000"
        + "0000000000000000000000000000000000000000000000000000000000000003"
        + "74776f0000000000000000000000000000000000000000000000000000000000"
        + "0000000000000000000000000000000000000000000000000000000000000005"
        + "7468726565000000000000000000000000000000000000000000000000000000",
        Hex.Of(new AbiFunction("g(uint256[][],string[])").Encode(
            new object[] { new object[] { 1, 2 }, new object[] { 3 } }, new object[] { "one", "two", "three" })));

    [Fact]
    public void Transfer_has_the_topic_that_every_token_has() => // EIP-20's event, as on any block explorer.
        Assert.Equal(
            "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
            new AbiEvent("Transfer(address indexed from, address indexed to, uint256 value)").Topic.ToString());

    [Fact]
    public void A_log_reads_in_the_order_of_the_parameters()
    {
        var transfer = new AbiEvent("Transfer(address indexed from, address indexed to, uint256 value)");
        var from = Address.Parse("0x52908400098527886e0f7030069857d2e4169ee7");
        var to = Address.Parse("0xde709f2102306220921060314715629080e2fb77");
        Hash256[] topics = [transfer.Topic, TopicOf(from), TopicOf(to)];

        Assert.Equal([from, to, new BigInteger(7)], transfer.Decode(topics, AbiEncoder.Encode([AbiType.Parse("uint256")], 7)));
        Assert.Throws<AbiFormatException>(() => transfer.Decode(topics[..2], AbiEncoder.Encode([AbiType.Parse("uint256")], 7)));
        Assert.Throws<AbiFormatException>(() => transfer.Decode(topics, []));
    }

    [Fact]
    public void An_anonymous_event_has_no_topic_of_its_own()
    {
        var named = new AbiEvent("Moved(uint64 indexed at, string indexed why, bytes data)");
        var anonymous = new AbiEvent("Moved(uint64 indexed at, string indexed why, bytes data) anonymous");
        byte[] data = AbiEncoder.Encode([AbiType.Parse("bytes")], new byte[] { 7 });
        var topics = anonymous.TopicsOf(5, "µ");

        // A text of any length is in the log as its hash only.
        Assert.Equal([new Hash256(AbiEncoder.Encode([AbiType.Parse("uint64")], 5)), Keccak256.Hash("µ")], topics);
        Assert.Equal([named.Topic, topics[0], topics[1]], named.TopicsOf(5, "µ"));
        Assert.Equal([named.Topic, null, topics[1]], named.TopicsOf(null, "µ"));
        Assert.Equal([new BigInteger(5), Keccak256.Hash("µ"), new byte[] { 7 }], anonymous.Decode([topics[0]!.Value, topics[1]!.Value], data));
        Assert.Throws<AbiFormatException>(() => named.Decode([topics[0]!.Value, topics[1]!.Value], data));
        Assert.Throws<ArgumentException>(() => named.TopicsOf(5, "µ", 1));
    }

    [Fact]
    public void Members_of_an_indexed_struct_are_padded_and_have_no_lengths()
    {
        // ABI specification, "Encoding of Indexed Event Parameters": ("ab", [1, 2]) is 'ab' padded to a word, then two words.
        var topic = Assert.Single(new AbiEvent("E((string,uint8[]) indexed s) anonymous").TopicsOf(new object[] { new object[] { "ab", new object[] { 1, 2 } } }));

        Assert.Equal(Keccak256.Hash(Hex.Parse("0x6162" + new string('0', 60) + 1.ToString("x64", null) + 2.ToString("x64", null))), topic);
    }

    [Theory]
    [InlineData("E(uint8 indexed a, uint8 indexed b, uint8 indexed c, uint8 indexed d)")]
    [InlineData("E(uint8) anonymously")]
    [InlineData("E(uint8) anonymous anonymous")]
    public void What_is_no_event_is_refused(string text) => Assert.Throws<FormatException>(() => new AbiEvent(text));

    [Fact]
    public void A_function_is_never_anonymous() => Assert.Throws<FormatException>(() => new AbiFunction("f() anonymous"));

    [Fact]
    public void A_reference_to_a_function_is_24_bytes_at_the_left()
    {
        var reference = AbiType.Parse("function");
        var value = Enumerable.Range(1, 24).Select(i => (byte)i).ToArray();
        var word = AbiEncoder.Encode([reference], [value]);

        Assert.Equal([.. value, .. new byte[8]], word);
        Assert.Equal(value, Assert.Single(AbiDecoder.Decode([reference], word)));
        word[24] = 1;
        Assert.Throws<AbiFormatException>(() => AbiDecoder.Decode([reference], word));
    }

    [Fact]
    public void A_short_answer_for_a_long_array_costs_no_array() => // 2^20 words are expected, one is there
        Assert.StartsWith("The data ends before its values", Assert.Throws<AbiFormatException>(
            () => AbiDecoder.Decode([AbiType.Parse("uint8[1048576]")], new byte[32])).Message, StringComparison.Ordinal);

    [Fact]
    public void Garbage_is_refused_by_one_name_whatever_the_type() =>
        AbiCases.TypesWithValues.Select(Gen.Byte.Array[0, 200]).Sample((sample, garbage) =>
        {
            try
            {
                AbiDecoder.Decode([sample.Type], garbage);
            }
            catch (AbiFormatException)
            {
                // Any other exception fails the test.
            }
        }, iter: 20_000);

    [Theory]
    [InlineData(0x11, "The contract refuses: Panic(0x11: a number overflows).")] // Solidity documentation, "Panic via assert"
    [InlineData(0x99, "The contract refuses: Panic(0x99: an unknown code).")]
    public void A_panic_says_what_its_code_means(int code, string message) =>
        Assert.Equal(message, EthereumRevertException.From(AbiError.Panic.Encode(code), []).Message);

    [Fact]
    public void An_error_is_known_by_its_selector()
    {
        var overdraft = new AbiError("Overdraft(address member, uint256 missing)");
        var data = overdraft.Encode(Address.Zero, 5);

        Assert.True(overdraft.TryDecode(data, out var arguments));
        Assert.Equal([Address.Zero, new BigInteger(5)], arguments);
        Assert.False(overdraft.TryDecode(data.AsSpan()[..^1], out _));
        Assert.False(AbiError.Reason.TryDecode(data, out _));
        Assert.Equal("0x08c379a0", Hex.Of(AbiError.Reason.Selector.AsSpan())); // Solidity documentation, "Revert".
        Assert.Equal("0x4e487b71", Hex.Of(AbiError.Panic.Selector.AsSpan()));
    }

    [Fact]
    public void Values_come_back_as_they_went() =>
        AbiCases.TypesWithValues.Sample(sample =>
        {
            var bytes = AbiEncoder.Encode([sample.Type], sample.Value);
            var value = Assert.Single(AbiDecoder.Decode([sample.Type], bytes));
            Assert.Equivalent(sample.Value, value);
            Assert.Equal(bytes, AbiEncoder.Encode([sample.Type], value));
        });

    [Fact]
    public void Whatever_decodes_has_no_other_encoding() =>
        AbiCases.TypesWithValues.Select(Gen.Int[0, 10_000], Gen.Byte).Sample((sample, position, replacement) =>
        {
            var bytes = AbiEncoder.Encode([sample.Type], sample.Value);
            if (bytes.Length == 0)
            {
                return;
            }

            bytes[position % bytes.Length] = replacement;
            try
            {
                Assert.Equal(bytes, AbiEncoder.Encode([sample.Type], AbiDecoder.Decode([sample.Type], bytes)));
            }
            catch (AbiFormatException)
            {
                // Refused: the other right answer.
            }
        }, iter: 20_000);

    [Theory]
    [InlineData("bool", "0x0000000000000000000000000000000000000000000000000000000000000002")]
    [InlineData("uint8", "0x0000000000000000000000000000000000000000000000000000000000000100")]
    [InlineData("int8", "0x0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("int8", "0x00000000000000000000000000000000000000000000000000000000000000ff")]
    [InlineData("address", "0x0000000000000000000000010000000000000000000000000000000000000000")]
    [InlineData("bytes4", "0x0000000001000000000000000000000000000000000000000000000000000000")]
    [InlineData("uint256", "0x00000000000000000000000000000000000000000000000000000000000001")] // 31 bytes
    [InlineData("uint256", "0x000000000000000000000000000000000000000000000000000000000000000100")] // 33
    [InlineData("bytes", "0x00000000000000000000000000000000000000000000000000000000000000400000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("bytes", "0x0000000000000000000000000000000000000000000000000000000000000020ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("bytes", "0x000000000000000000000000000000000000000000000000000000000000002000000000000000000000000000000000000000000000000000000000000000010101000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("string", "0x00000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000001ff00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("uint256[]", "0x0000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000007fffffff")]
    public void What_no_encoder_writes_is_refused(string type, string hex) =>
        Assert.Throws<AbiFormatException>(() => AbiDecoder.Decode([AbiType.Parse(type)], Hex.Parse(hex)));

    [Theory]
    [InlineData("uint8", 256)]
    [InlineData("uint8", -1)]
    [InlineData("int8", 128)]
    [InlineData("int8", -129)]
    public void A_number_out_of_range_is_not_written(string type, int number) =>
        Assert.Throws<ArgumentException>(() => AbiEncoder.Encode([AbiType.Parse(type)], number));

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("uint08")]
    [InlineData("bytes0")]
    [InlineData("bytes33")]
    [InlineData("float")]
    [InlineData("uint256[")]
    [InlineData("uint256[0]")]
    [InlineData("(uint256")]
    [InlineData("uint256 x")]
    [InlineData("((((((((((((((((((((uint8))))))))))))))))))))")]
    [InlineData("uint8[][][][][][][][][][][][][][][][][]")] // 17 deep
    [InlineData("uint8[1048576][1048576]")] // 2^40 words
    [InlineData("(uint8[1048576],uint8[1048576],uint8[1048576])")] // 3 · 2^25 bytes
    [InlineData("fixed128x18")]
    public void What_is_no_type_is_refused(string text) => Assert.Throws<FormatException>(() => AbiType.Parse(text));

    private static Hash256 TopicOf(Address address) => new(AbiEncoder.Encode([AbiType.Parse("address")], address));
}
