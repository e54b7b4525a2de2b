using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Funds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Funds;

/// <summary>The rules of <c>contracts/EnergySettlement.sol</c>, by hand; the devnet tests hold them against the contract itself.</summary>
public sealed class FundsStateTests
{
    private static readonly FundsState TenAndFour = new(new Money(10), new Money(4));

    [Fact]
    public void A_request_is_told_in_all_so_what_it_adds_leaves_the_balance() =>
        Assert.Equal(new FundsState(new Money(3), new Money(11)), TenAndFour.Asked(new Money(11)));

    [Fact]
    public void The_amount_of_a_payment_tells_a_withdrawal_from_an_exit()
    {
        Assert.Equal((new FundsState(new Money(10), Money.Zero), false), TenAndFour.Paid(new Money(4)));
        Assert.Equal((default, true), TenAndFour.Paid(new Money(14)));
        Assert.Throws<FundsHistoryException>(() => TenAndFour.Paid(new Money(5)));
    }

    [Fact]
    public void What_a_lane_lacks_for_a_settlement_comes_from_the_request()
    {
        Assert.Equal(new FundsState(Money.Zero, new Money(3)), TenAndFour.Reduced(new Money(1)).Settled(new Money(-11))); // 10 + 1 − 11, and 4 − 1
        Assert.Throws<FundsHistoryException>(() => TenAndFour.Reduced(new Money(5)));
    }

    [Fact]
    public void What_a_lane_lacks_when_a_settlement_is_undone_comes_from_the_request() =>
        Assert.Equal(new FundsState(Money.Zero, new Money(2)), TenAndFour.RolledBack(new Money(12))); // 10 − 12 = −2, of 4

    [Fact]
    public void What_a_lane_cannot_hold_when_a_settlement_is_undone_is_paid_as_a_request() =>
        Assert.Equal( // 2^42 − 1 and 3 more, of which the lane holds none
            new FundsState(FundsState.MostBalance, new Money(3)), new FundsState(FundsState.MostBalance, Money.Zero).RolledBack(new Money(-3)));

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<FundsHistoryException>(() => TenAndFour.Settled(new Money(-11)));
        Assert.Throws<FundsHistoryException>(() => TenAndFour.Asked(new Money(15)));
        Assert.Throws<FundsHistoryException>(() => TenAndFour.Cancelled(new Money(3)));
        Assert.Throws<FundsHistoryException>(() => TenAndFour.RolledBack(new Money(15)));
        Assert.Throws<FundsHistoryException>(() => new FundsState(FundsState.MostBalance, Money.Zero).Deposited(new Money(1)));
    }
}
