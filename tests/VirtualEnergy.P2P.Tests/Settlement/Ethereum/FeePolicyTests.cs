using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class FeePolicyTests
{
    [Theory]
    [InlineData(203, 3, 203, 3, 254, 4)] // 203 × 1.25 = 253.75, 3 × 1.25 = 3.75
    [InlineData(203, 3, 603, 3, 603, 4)] // the market asks more in one field
    [InlineData(203, 3, 203, 90, 254, 90)] // and in the other
    [InlineData(1, 0, 1, 0, 2, 1)] // a quarter of nothing is nothing: one more
    [InlineData(900, 10, 900, 10, 1000, 13)] // 1 125, cut off at the cap, is still 10 % more than 900
    public void A_replacement_offers_a_quarter_more_or_what_the_market_asks(int most, int tip, int marketMost, int marketTip, int raisedMost, int raisedTip)
    {
        var policy = new FeePolicy { MostFeePerGas = 1_000 };

        Assert.Equal(new EthereumFees(raisedMost, raisedTip), policy.Raised(new EthereumFees(most, tip), new EthereumFees(marketMost, marketTip)));
    }

    [Theory]
    [InlineData(910, 10)] // 10 % more than 910 are 1 001
    [InlineData(1_000, 1_000)]
    [InlineData(900, 950)] // and of a tip of 950 are 1 045
    public void What_nodes_would_not_take_under_the_cap_is_not_offered(int most, int tip) =>
        Assert.Null(new FeePolicy { MostFeePerGas = 1_000 }.Raised(new EthereumFees(most, tip), new EthereumFees(5_000, 5)));

    [Fact]
    public void The_first_offer_is_the_markets_up_to_the_cap()
    {
        var policy = new FeePolicy { MostFeePerGas = 1_000 };

        Assert.Equal(new EthereumFees(203, 3), policy.First(new EthereumFees(203, 3)));
        Assert.Equal(new EthereumFees(1_000, 1_000), policy.First(new EthereumFees(9_000, 4_000)));
    }

    [Fact]
    public void A_raise_below_the_nodes_minimum_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new FeePolicy { RaisePercent = 9 });
}
