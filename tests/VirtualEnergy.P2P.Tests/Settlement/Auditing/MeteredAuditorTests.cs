using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Auditing;

/// <summary>
/// One thing at a time is false in a metered period that is otherwise right, and published and settled just so: the audit names it first, and the
/// proof that shows it on the chain.
/// </summary>
public sealed class MeteredAuditorTests
{
    private readonly SettledMarket _market = new();
    private readonly Round _round;
    private readonly MeteredByAll _honest;

    public MeteredAuditorTests()
    {
        _round = _market.Clear();

        // 70 Wh short in all, 90 long: of the long ones' 50, 33 and 7 Wh the community balances 70.
        _honest = MeteredByAll.Of(_market.Market.Domain, _round, _market.Market.Rules, [.. Enumerable.Range(0, 6).Select(SettledMarket.KeyOf).Zip([40L, -50, 30, 0, -33, -7])]);
    }

    [Fact]
    public void An_honest_metered_period_is_good()
    {
        var said = _honest.Publish();
        Assert.NotEmpty(said.Trades);
        var audit = Audit(said);
        Assert.Null(audit.First);
        Assert.True(audit.IsMoneyRight);
    }

    [Fact]
    public void A_signer_is_the_one_whose_key_signed() =>
        Assert.Equal(
            _honest.Positions.Select(position => (Address?)Address.FromMember(position.Member)), new MeteredAuditor(_market.Market).SignersOf(_honest.Publish()));

    [Fact]
    public void Another_energy_than_the_meter_signed_is_found() =>
        Found(_honest.With(Anna, position => position with { Metered = position.Metered + new Energy(20) }).Publish(), AuditCheck.Reading, "proveOtherReading");

    [Fact]
    public void A_reading_that_her_meter_did_not_sign_is_found()
    {
        var said = _honest.Publish();
        var place = Place(said);
        var first = Audit(said, [place]).First!;
        Assert.Equal((AuditCheck.ReadingSignature, "proveForgedReading"), (first.Check, first.Evidence?.Proof));
        Assert.Contains(Anna.Value, first.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reading_of_another_period_is_found()
    {
        var net = _honest.Positions.Single(position => position.Member == Anna).Metered;
        var old = MeteredByAll.Sign(_market.Market.Domain, Anna, _round.Period.Previous, net, SettledMarket.KeyOf(0));
        Found(_honest.With(old).Publish(), AuditCheck.Reading, "proveOtherReading");
    }

    [Fact]
    public void Other_trades_than_were_made_are_found() =>
        Found(_honest.With(Anna, position => position with { Traded = position.Traded + new Energy(5) }).Publish(), AuditCheck.Traded, "proveOtherTraded");

    [Fact]
    public void Prices_that_the_rules_do_not_make_are_found()
    {
        var dearer = _honest.Prices with { Long = new Price(_honest.Prices.Long.MicroEurPerKWh + 100) };
        Found((_honest with { Prices = dearer }).Publish(), AuditCheck.BalancingPrices, "proveWrongPrices");
    }

    /// <summary>Committed to and not paid: the money is that of the right share.</summary>
    [Fact]
    public void A_larger_share_than_is_due_is_found()
    {
        var said = _honest.Publish();
        var place = Place(said);
        var own = said.Positions[place];
        Found(
            _honest.Rooted(said with { Positions = said.Positions.SetItem(place, own with { Settled = own.Settled with { Matched = own.Settled.Matched + new Energy(2) } }) }),
            AuditCheck.Shares, "proveWrongShare", isMoneyRight: true);
    }

    [Fact]
    public void Positions_out_of_order_are_found()
    {
        var said = _honest.Publish();
        Found(_honest.Rooted(said with { Positions = [said.Positions[1], said.Positions[0], .. said.Positions[2..]] }), AuditCheck.Positions, "proveWrongSums");
    }

    [Fact]
    public void A_balancing_trade_at_another_price_is_found()
    {
        var said = _honest.Publish();
        var trades = said.Trades.SetItem(0, said.Trades[0] with { Price = new Price(said.Trades[0].Price.MicroEurPerKWh + 100) });
        Found(With(said, trades), AuditCheck.Trades, "proveWrongBalancingTrade");
    }

    [Fact]
    public void A_balancing_trade_left_out_is_found() =>
        Found(With(_honest.Publish(), _honest.Publish().Trades.RemoveAt(0)), AuditCheck.Trades, "proveOtherMatched");

    [Fact]
    public void Money_skimmed_on_the_way_to_the_chain_is_found()
    {
        var said = _honest.Publish();
        var audit = Audit(said, chain: Settle(said with { Deltas = SettledMarket.Skim(said.Deltas, 1_000) }));
        Assert.Equal((AuditCheck.ChainDeltas, "proveWrongDelta"), (audit.First!.Check, audit.First.Evidence?.Proof));
        Assert.False(audit.IsMoneyRight);
    }

    [Fact]
    public void Money_skimmed_whose_call_data_nobody_has_is_found_by_its_hash()
    {
        var said = _honest.Publish();
        var chain = Settle(said with { Deltas = SettledMarket.Skim(said.Deltas, 1_000) }) with { Words = null };
        Assert.Equal(AuditCheck.ChainDeltas, Audit(said, chain: chain).First!.Check);
    }

    /// <summary>The money is right, so that there is no proof, and no reason to leave.</summary>
    [Fact]
    public void Other_money_that_is_only_said_is_found_and_nobody_is_harmed()
    {
        var said = _honest.Publish();
        var audit = Audit(said with { Deltas = SettledMarket.Skim(said.Deltas, 1_000) }, chain: Settle(said));
        Assert.Equal((AuditCheck.Deltas, null), (audit.First!.Check, audit.First.Evidence));
        Assert.True(audit.IsMoneyRight);
    }

    [Fact]
    public void Other_positions_than_the_chain_has_the_root_of_are_found_and_nothing_shows_it()
    {
        var said = _honest.Publish();
        var chain = Settle(_honest.With(Anna, position => position with { Metered = position.Metered + new Energy(20) }).Publish());
        var audit = Audit(said, chain: chain);
        Assert.Equal((AuditCheck.MeterRoot, null), (audit.First!.Check, audit.First.Evidence));
        Assert.False(audit.IsMoneyRight);
    }

    [Fact]
    public void A_log_that_the_contract_contradicts_is_found()
    {
        var chain = Settle(_honest.Publish());
        chain = chain with { StandsOn = chain.StandsOn with { Commitment = CommitmentCheck.Differs } };
        Assert.Equal(AuditCheck.Commitment, Audit(_honest.Publish(), chain: chain).First!.Check);
    }

    [Fact]
    public void Energies_beyond_64_bits_are_found_and_stop_nothing()
    {
        var said = _honest.Publish();
        var own = said.Positions[0].Settled;
        var huge = own with { Position = own.Position with { Metered = new Energy(long.MaxValue), Carried = new Energy(long.MaxValue) } };
        var audit = Audit(said with { Positions = said.Positions.SetItem(0, said.Positions[0] with { Settled = huge }) }, chain: Settle(said));
        Assert.Equal((AuditCheck.Positions, false), (audit.First!.Check, audit.IsMoneyRight));
    }

    private static MemberId Anna => SettledMarket.Member(0);

    private static int Place(PublishedMetering said) => Enumerable.Range(0, said.Positions.Length).Single(i => said.Positions[i].Settled.Position.Member == Anna);

    private PublishedMetering With(PublishedMetering said, ImmutableArray<Trade> trades) =>
        _honest.Rooted(said with { Trades = trades, Deltas = Netting.DeltasOf(trades, [], default) });

    private void Found(PublishedMetering said, AuditCheck check, string proof, bool isMoneyRight = false)
    {
        var audit = Audit(said);
        Assert.Equal((check, proof), (audit.First?.Check, audit.First?.Evidence?.Proof));
        Assert.Equal(isMoneyRight, audit.IsMoneyRight);
    }

    private MeteredAudit Audit(PublishedMetering said, IReadOnlyList<int>? forged = null, MeteredOnChain? chain = null)
    {
        var (settled, traded) = _market.Settle(said, _round);
        var auditor = new MeteredAuditor(_market.Market);
        return auditor.Audit(said, chain ?? settled, _round, traded, new ReadingSignatures(auditor.SignersOf(said), (forged ?? []).ToHashSet()));
    }

    private MeteredOnChain Settle(PublishedMetering said) => _market.Settle(said, _round).Batch;
}
