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
    public void Who_never_paid_in_has_nothing() => Assert.Equal(Money.Zero, _ledger.Available(new MemberId("carla")));
}
