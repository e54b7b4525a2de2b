using System.Numerics;
using CsCheck;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

/// <summary>The valid and invalid examples are those of execution-apis, "Hex value encoding".</summary>
public sealed class HexTests
{
    [Theory]
    [InlineData("0x41", 65)]
    [InlineData("0x400", 1024)]
    [InlineData("0x0", 0)]
    public void A_quantity_has_as_few_digits_as_it_needs(string text, int number)
    {
        Assert.Equal(number, Hex.ParseQuantity(text));
        Assert.Equal(text, Hex.OfQuantity(number));
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("0x0400")]
    [InlineData("ff")]
    [InlineData("0x-1")]
    [InlineData("0x 1")]
    [InlineData("0x10000000000000000000000000000000000000000000000000000000000000000")] // 2^256
    [InlineData(null)]
    public void Any_other_quantity_is_refused(string? text) => Assert.Throws<FormatException>(() => Hex.ParseQuantity(text));

    [Theory]
    [InlineData("0xf0f0f")]
    [InlineData("004200")]
    [InlineData("0xzz")]
    public void Data_has_the_prefix_and_two_digits_a_byte(string text) => Assert.Throws<FormatException>(() => Hex.Parse(text));

    [Fact]
    public void Data_and_quantities_come_back()
    {
        Gen.Byte.Array[0, 64].Sample(data => Assert.Equal(data, Hex.Parse(Hex.Of(data))));
        Gen.Byte.Array[0, 32].Sample(data =>
        {
            var number = new BigInteger(data, isUnsigned: true);
            Assert.Equal(number, Hex.ParseQuantity(Hex.OfQuantity(number)));
        });
    }
}
