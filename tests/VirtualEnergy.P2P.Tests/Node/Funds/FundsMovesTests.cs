using VirtualEnergy.P2P.Node.Funds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Funds;

public sealed class FundsMovesTests
{
    [Theory]
    [InlineData(20, 1, 20)] // both clocks are right
    [InlineData(-10_800, 8, 8)] // the chain's is three hours behind: asked with longer and longer pauses
    [InlineData(10_800, 1, 60)] // ours is
    public void Who_waits_for_the_chain_asks_it_again_whatever_the_clocks_say(double leftSeconds, double pauseSeconds, double expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), FundsMoves.UntilNextLook(TimeSpan.FromSeconds(leftSeconds), TimeSpan.FromSeconds(pauseSeconds)));
}
