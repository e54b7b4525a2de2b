using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Delivery;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Delivery;

public sealed class SettlementCadenceTests
{
    [Fact]
    public void With_one_period_a_batch_every_period_moves_its_own_money()
    {
        var cadence = new SettlementCadence(1, new Period(7));

        Assert.True(cadence.MovesBalances(new Period(7)));
        Assert.Equal(new Period(9), cadence.FirstOfBatch(new Period(9)));
        Assert.Equal(new Period(9), cadence.LastMoved(new Period(9)));
        Assert.Equal(new Period(6), cadence.LastMoved(new Period(6))); // nothing settled
    }

    /// <summary>Four periods a batch: 7 and 11 move, since 8 and 12 are divisible by four. The journal begins with 6.</summary>
    [Theory]
    [InlineData(6, false, 6, 5)]
    [InlineData(7, true, 6, 7)] // begins where the journal does
    [InlineData(8, false, 8, 7)]
    [InlineData(10, false, 8, 7)]
    [InlineData(11, true, 8, 11)]
    public void With_four_the_money_of_all_since_the_last_moves_with_every_fourth(long period, bool moves, long first, long lastMoved)
    {
        var cadence = new SettlementCadence(4, new Period(6));

        Assert.Equal(moves, cadence.MovesBalances(new Period(period)));
        Assert.Equal(new Period(first), cadence.FirstOfBatch(new Period(period)));
        Assert.Equal(new Period(lastMoved), cadence.LastMoved(new Period(period)));
    }
}
