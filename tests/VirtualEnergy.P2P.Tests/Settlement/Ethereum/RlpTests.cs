using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

/// <summary>The examples are those of ethereum.org, "Recursive-length prefix (RLP) serialization".</summary>
public sealed class RlpTests
{
    private static readonly Gen<RlpItem> Strings = Gen.Byte.Array[0, 70].Select(bytes => RlpItem.Of(bytes));

    private static readonly Gen<RlpItem> Lists = Strings.Array[0, 8].Select(items => RlpItem.List([.. items]));

    [Fact]
    public void Known_items_have_their_known_bytes()
    {
        Assert.Equal("0x83646f67", Hex.Of(Rlp.Encode(RlpItem.Of("dog"u8))));
        Assert.Equal("0xc88363617483646f67", Hex.Of(Rlp.Encode(RlpItem.List(RlpItem.Of("cat"u8), RlpItem.Of("dog"u8)))));
        Assert.Equal("0x80", Hex.Of(Rlp.Encode(RlpItem.Of([]))));
        Assert.Equal("0xc0", Hex.Of(Rlp.Encode(RlpItem.List())));
        Assert.Equal("0x80", Hex.Of(Rlp.Encode(RlpItem.Of(BigInteger.Zero))));
        Assert.Equal("0x0f", Hex.Of(Rlp.Encode(RlpItem.Of(new BigInteger(15)))));
        Assert.Equal("0x820400", Hex.Of(Rlp.Encode(RlpItem.Of(new BigInteger(1024)))));
        Assert.StartsWith("0xb838", Hex.Of(Rlp.Encode(RlpItem.Of(new byte[56]))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_encoded_decodes_to_the_same_bytes_again() =>
        Gen.OneOf(Strings, Lists, Lists.Array[0, 5].Select(items => RlpItem.List([.. items]))).Sample(item =>
        {
            var bytes = Rlp.Encode(item);
            Assert.Equal(bytes, Rlp.Encode(Rlp.Decode(bytes)));
        });

    [Fact]
    public void Whatever_decodes_has_no_other_encoding() =>
        Gen.Byte.Array[0, 12].Sample(bytes =>
        {
            RlpItem item;
            try
            {
                item = Rlp.Decode(bytes);
            }
            catch (FormatException)
            {
                return;
            }

            Assert.Equal(bytes, Rlp.Encode(item));
        }, iter: 20_000);

    [Theory]
    [InlineData("0x", "ends where an item should begin")]
    [InlineData("0x83646f", "are announced")]
    [InlineData("0x83646f6767", "trail")]
    [InlineData("0x8101", "stands for itself")]
    [InlineData("0xb80164", "longer than it needs")]
    [InlineData("0xb90038", "longer than it needs")]
    [InlineData("0xb9", "inside a length")]
    [InlineData("0xbfffffffffffffffff", "are announced")]
    [InlineData("0xffffffffffffffffff", "are announced")]
    public void Malformed_bytes_are_refused_with_the_reason(string hex, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Rlp.Decode(Hex.Parse(hex))).Message, StringComparison.Ordinal);

    [Fact]
    public void Nesting_is_bounded()
    {
        var item = RlpItem.List();
        for (var level = 0; level < 65; level++)
        {
            item = RlpItem.List(item);
        }

        Assert.Throws<FormatException>(() => Rlp.Decode(Rlp.Encode(item)));
    }
}
