using VirtualEnergy.P2P.Bsp.Portfolio;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Portfolio;

public sealed class PodCodeTests
{
    [Fact]
    public void A_code_is_IT_three_digits_E_and_eight_digits()
    {
        var code = PodCode.Parse("IT001E12345678");
        Assert.Equal(("IT001E12345678", "001"), (code.Value, code.Distributor));
    }

    [Fact]
    public void The_check_digit_is_no_part_of_the_point() => Assert.Equal(PodCode.Parse("IT001E12345678"), PodCode.Parse("IT001E123456789"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("IT001E1234567")]
    [InlineData("IT001E1234567890")]
    [InlineData("it001e12345678")]
    [InlineData("FR001E12345678")]
    [InlineData("IT00AE12345678")]
    [InlineData("IT001G12345678")]
    [InlineData("IT001E1234567x")]
    [InlineData("IT001E1234567\u0663")] // a digit, but not of these ten
    public void Anything_else_is_none(string? text) => Assert.False(PodCode.TryParse(text, out _));
}
