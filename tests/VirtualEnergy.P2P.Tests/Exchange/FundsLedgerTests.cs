using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class FundsLedgerTests
{
    private static readonly MemberId Anna = new("anna");
    private static readonly MemberId Bruno = new("bruno");

    private readonly FundsLedger _ledger = new();

    public FundsLedgerTests() => _ledger.Observe([new(Anna, new Money(1_000)), new(Bruno, new Money(50))]);

    [Fact]
    public void Available_is_the_chain_balance_plus_what_unsettled_rounds_will_do()
    {
        _ledger.Clear(new Period(7), [new(Anna, new Money(-300)), new(Bruno, new Money(300))]);
        _ledger.Clear(new Period(8), [new(Anna, new Money(-100)), new(Bruno, new Money(100))]);
        Assert.Equal(new Money(600), _ledger.Available(Anna)); // 1000 − 300 − 100
        Assert.Equal(new Money(450), _ledger.Available(Bruno)); // 50 + 300 + 100
        Assert.Equal(new Money(1_000), _ledger.OnChain(Anna));
        Assert.Equal(2, _ledger.UnsettledRounds);
    }

    [Fact]
    public void Settling_moves_money_to_the_balance_and_changes_nothing_available()
    {
        _ledger.Clear(new Period(7), [new(Anna, new Money(-300)), new(Bruno, new Money(300))]);
        _ledger.Settle(new Period(7));
        Assert.Equal(new Money(700), _ledger.Available(Anna));
        Assert.Equal(new Money(700), _ledger.OnChain(Anna));
        Assert.Equal(0, _ledger.UnsettledRounds);
    }

    [Fact]
    public void A_deposit_seen_on_the_chain_is_available_on_top_of_unsettled_rounds()
    {
        _ledger.Clear(new Period(7), [new(Anna, new Money(-300)), new(Bruno, new Money(300))]);
        _ledger.Observe([new(Anna, new Money(1_500))]);
        Assert.Equal(new Money(1_200), _ledger.Available(Anna)); // 1500 − 300
    }

    [Fact]
    public void A_round_that_the_chain_lost_is_expected_again_and_changes_nothing_available()
    {
        _ledger.Clear(new Period(7), [new(Anna, new Money(-300)), new(Bruno, new Money(300))]);
        _ledger.Settle(new Period(7));
        _ledger.Unsettle(new Period(7), [new(Anna, new Money(-300)), new(Bruno, new Money(300))]);
        Assert.Equal(new Money(700), _ledger.Available(Anna));
        Assert.Equal(new Money(1_000), _ledger.OnChain(Anna));
        Assert.Equal(1, _ledger.UnsettledRounds);
        _ledger.Observe([new(Anna, new Money(1_000))]); // the chain says so, too
        Assert.Equal(new Money(700), _ledger.Available(Anna));
    }

    [Fact]
    public void No_round_counts_twice()
    {
        _ledger.Clear(new Period(7), [new(Anna, new Money(-300)), new(Bruno, new Money(300))]);
        Assert.Throws<InvalidOperationException>(() => _ledger.Clear(new Period(7), []));
        _ledger.Settle(new Period(7));
        Assert.Throws<InvalidOperationException>(() => _ledger.Settle(new Period(7)));
    }

    [Fact]
    public void Deviations_count_beside_the_round_of_the_same_period()
    {
        _ledger.Clear(new Period(7), [new(Anna, new Money(-300)), new(Bruno, new Money(300))]);
        _ledger.ClearDeviations(new Period(7), [new(Anna, new Money(20)), new(Bruno, new Money(-20))]);
        Assert.Equal(new Money(720), _ledger.Available(Anna)); // 1000 − 300 + 20
        _ledger.SettleDeviations(new Period(7));
        Assert.Equal(new Money(1_020), _ledger.OnChain(Anna));
        Assert.Equal(new Money(720), _ledger.Available(Anna));
        Assert.Equal(1, _ledger.UnsettledRounds);
    }

    [Fact]
    public void Deviations_settled_anew_count_instead_of_the_old_ones()
    {
        _ledger.ClearDeviations(new Period(7), [new(Anna, new Money(20)), new(Bruno, new Money(-20))]);
        Assert.Equal(new Money(50), _ledger.Certain(except: new Period(7))[Bruno]);
        _ledger.ReviseDeviations(new Period(7), [new(Anna, new Money(5)), new(Bruno, new Money(-5))]);
        Assert.Equal(new Money(1_005), _ledger.Available(Anna));
        Assert.Equal(new Money(45), _ledger.Available(Bruno));
        Assert.Throws<InvalidOperationException>(() => _ledger.ReviseDeviations(new Period(8), []));
    }

    /// <summary>Whatever order batches reach the chain in, so much is left: what is to be paid counts, what is to come does not.</summary>
    [Fact]
    public void Certain_is_what_no_unsettled_batch_can_take()
    {
        _ledger.Clear(new Period(7), [new(Anna, new Money(-300)), new(Bruno, new Money(300))]);
        _ledger.ClearDeviations(new Period(6), [new(Anna, new Money(20)), new(Bruno, new Money(-20))]);
        Assert.Equal(new Money(700), _ledger.Certain()[Anna]); // 1000 − 300
        Assert.Equal(new Money(30), _ledger.Certain()[Bruno]); // 50 − 20
    }

    [Fact]
    public void Who_never_paid_in_has_nothing() => Assert.Equal(Money.Zero, _ledger.Available(new MemberId("carla")));
}
