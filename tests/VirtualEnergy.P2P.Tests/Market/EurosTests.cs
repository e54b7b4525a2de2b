using System.Globalization;
using CsCheck;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

public sealed class EurosTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("12.50", 12_500_000)]
    [InlineData("12.5", 12_500_000)]
    [InlineData("0.1", 100_000)] // which no binary fraction is
    [InlineData("0.000001", 1)]
    [InlineData("4398046.511103", 4_398_046_511_103)] // 2^42 − 1 µEUR, the most that a member can hold
    [InlineData("999999999.999999", 999_999_999_999_999)]
    [InlineData("007.10", 7_100_000)]
    public void An_amount_is_read_to_the_millionth(string text, long microEur)
    {
        Assert.True(Euros.TryParse(text, out var amount));
        Assert.Equal(new Money(microEur), amount);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("1.2.3")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData("1,50")]
    [InlineData("1 000")]
    [InlineData("0.0000001")] // a tenth of a µEUR is not rounded away
    [InlineData("1000000000")]
    [InlineData("٣.٥")]
    [InlineData("NaN")]
    public void Anything_else_is_no_amount(string? text) => Assert.False(Euros.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0.00")]
    [InlineData(12_500_000, "12.50")]
    [InlineData(-1_234, "-0.001234")]
    [InlineData(1_230_000, "1.23")]
    [InlineData(long.MaxValue, "9223372036854.775807")]
    [InlineData(long.MinValue, "-9223372036854.775808")]
    public void An_amount_is_written_with_all_that_it_has(long microEur, string text) => Assert.Equal(text, Euros.Format(new Money(microEur)));

    [Fact]
    public void What_was_written_is_read_back_and_is_what_decimal_arithmetic_says() =>
        Gen.Long[0, 999_999_999_999_999].Sample(micro =>
        {
            var text = Euros.Format(new Money(micro));
            return Euros.TryParse(text, out var read) && read.MicroEur == micro && decimal.Parse(text, CultureInfo.InvariantCulture) == micro / 1_000_000m;
        });
}
