using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Auditing;

/// <summary>
/// One thing at a time is false in a round that is otherwise right, and published and settled just so: the audit names it first, and the
/// proof that shows it on the chain.
/// </summary>
public sealed class RoundAuditorTests
{
    private readonly SettledMarket _market = new();

    [Fact]
    public void An_honest_round_is_good_with_and_without_the_chain()
    {
        var said = SettledMarket.Publish(_market.Clear());
        Assert.NotEmpty(said.Trades);
        var audit = Audit(said);
        Assert.True(audit.IsGood, audit.First?.ToString());
        Assert.NotNull(audit.Committed);
        Assert.True(new RoundAuditor(_market.Market).Audit(said, chain: null).IsGood);
    }

    [Fact]
    public void A_round_without_bids_is_good() => Assert.True(Audit(SettledMarket.Publish(_market.Clear([]))).IsGood);

    /// <summary>At a tick more, the buyers' trades are all within their bids; nothing but recomputing shows it, or a seller's step that the higher price would fill.</summary>
    [Fact]
    public void A_price_one_tick_off_is_found()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var price = new Price(said.Price!.Value.MicroEurPerKWh + 100);
        var shifted = SettledMarket.With(said, [.. said.Trades.Select(trade => trade with { Price = price })]) with { Price = price };
        var first = Found(shifted, AuditCheck.Price);
        Assert.Equal($"the exchange says {price}", first.Said);
        Assert.Equal($"from the bids follows {said.Price}", first.Follows);
    }

    [Fact]
    public void An_altered_bid_is_found_by_its_signature()
    {
        var round = _market.Clear();
        var forger = Enumerable.Range(0, 6).First(i => SettledMarket.Member(i) != round.Bids[0].Bid.Member);
        var altered = _market.Sign(forger, round.Bids[0].Bid with { Number = 9 });
        var first = Found(SettledMarket.Publish(_market.Clear(round.Bids.SetItem(0, altered))), AuditCheck.BidSignature, "proveForgedSignature");
        Assert.Contains(SettledMarket.Member(forger).Value, first.Said, StringComparison.Ordinal);
    }

    /// <summary>Published and committed with the hash that its member signed, and with another content.</summary>
    [Fact]
    public void A_bid_whose_content_was_exchanged_is_demanded()
    {
        var round = _market.Clear();
        var hers = round.Bids[0];
        var exchanged = hers with { Bid = hers.Bid with { Number = 9 } };
        Found(SettledMarket.Publish(_market.Clear(round.Bids.SetItem(0, exchanged))), AuditCheck.BidSignature, FraudEvidence.Demand);
    }

    [Fact]
    public void A_bid_of_the_period_before_is_found_with_its_true_content()
    {
        var bids = _market.Clear().Bids;
        var index = Enumerable.Range(0, 6).Single(i => bids[0].Bid.Member == SettledMarket.Member(i));
        var old = _market.Bid(index, SettledMarket.Period.Previous);
        var replayed = old with { Bid = old.Bid with { Period = SettledMarket.Period } };
        var first = Found(SettledMarket.Publish(_market.Clear(bids.SetItem(0, replayed))), AuditCheck.BidSignature, "proveForeignBid");
        Assert.Contains("signed it for period 999", first.Follows, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_bids_of_one_member_are_found()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var index = Enumerable.Range(0, 6).Single(i => said.Bids[0].Signed.Bid.Member == SettledMarket.Member(i));
        Found(said with { Bids = said.Bids.Insert(1, said.Bids[0] with { Signed = _market.Bid(index, number: 2) }) }, AuditCheck.BidOrder, "proveBidsOutOfOrder");
    }

    [Fact]
    public void A_bid_that_was_acknowledged_and_left_out_is_found_by_whoever_has_the_receipt()
    {
        var round = _market.Clear();
        var dropped = round.Bids[2];
        var said = SettledMarket.Publish(_market.Clear(round.Bids.RemoveAt(2)));
        Assert.True(Audit(said).IsGood);
        var receipts = new[] { new HeldReceipt(ReceiptedBid.Of(dropped), default) };
        var first = new RoundAuditor(_market.Market).Audit(said, _market.Settle(said), receipts: receipts).First!;
        Assert.Equal((AuditCheck.Receipt, "proveMissingBid"), (first.Check, first.Evidence!.Proof));
        Assert.True(new RoundAuditor(_market.Market).Audit(SettledMarket.Publish(round), null, receipts: receipts).IsGood);
    }

    [Fact]
    public void A_bid_of_a_stranger_is_found()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var chain = _market.Settle(said);
        var fewer = new MemberLanes([.. chain.Lanes.Members.Where(member => member.ToMember() != said.Bids[3].Signed.Bid.Member)]);
        var first = new RoundAuditor(_market.Market).Audit(said, chain with { Lanes = fewer }).First!;
        Assert.Equal((AuditCheck.Membership, "proveImpossibleTrade"), (first.Check, first.Evidence?.Proof));
    }

    /// <summary>The best buyer's trades go to the others, at the same price.</summary>
    [Fact]
    public void A_better_bid_that_was_passed_over_is_found()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var best = SettledMarket.Member(0);
        ImmutableArray<Trade> without = [.. said.Trades.Where(trade => trade.Buyer != best)];
        var volume = without.Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);
        Found(SettledMarket.With(said, without) with { Volume = volume }, AuditCheck.Volume, "proveUnfilledStep");
    }

    [Fact]
    public void More_energy_than_was_bid_for_is_found()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var more = said.Trades.SetItem(0, said.Trades[0] with { Energy = new Energy(10_000) });
        Found(SettledMarket.With(said, more), AuditCheck.Trades, "proveTradeOutsideBid");
    }

    [Fact]
    public void A_trade_of_one_who_did_not_bid_is_found()
    {
        var round = _market.Clear();
        var said = SettledMarket.Publish(round);
        var seller = said.Trades[0].Seller;
        var without = SettledMarket.Publish(_market.Clear([.. round.Bids.Where(signed => signed.Bid.Member != seller)]));
        var first = Audit(said with { Bids = without.Bids }).First!;
        Assert.Equal("proveTradeWithoutBid", first.Evidence!.Proof);
    }

    [Fact]
    public void A_fee_that_the_rules_do_not_have_is_found()
    {
        var rules = MarketRules.Default with { Accounts = new MoneyAccounts(SettledMarket.Member(5), null) };
        var market = new SettledMarket(rules);
        var said = SettledMarket.Publish(market.Clear());
        var fee = said.Trades.SetItem(0, said.Trades[0] with { GridFee = new Price(10_000) });
        var first = new RoundAuditor(market.Market)
            .Audit(said with { Trades = fee, Deltas = Netting.DeltasOf(fee, [], rules.Accounts) }, market.Settle(said with { Trades = fee, Deltas = Netting.DeltasOf(fee, [], rules.Accounts) })).First!;
        Assert.Equal((AuditCheck.Trades, "proveOtherPrice"), (first.Check, first.Evidence!.Proof));
        Assert.Contains("grid fee 10000", first.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Money_skimmed_on_the_way_to_the_chain_is_found()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var batch = SettlementBatch.Of(_market.Clear());
        var chain = _market.Settle(batch with { Deltas = SettledMarket.Skim(batch.Deltas, 10_000) });
        var first = new RoundAuditor(_market.Market).Audit(said, chain).First!;
        Assert.Equal((AuditCheck.ChainDeltas, "proveWrongDelta"), (first.Check, first.Evidence!.Proof));
    }

    [Fact]
    public void Money_skimmed_whose_call_data_nobody_has_is_found_by_its_hash()
    {
        var batch = SettlementBatch.Of(_market.Clear());
        var chain = _market.Settle(batch with { Deltas = SettledMarket.Skim(batch.Deltas, 10_000) }) with { Words = null };
        Assert.Equal(AuditCheck.ChainDeltas, new RoundAuditor(_market.Market).Audit(SettledMarket.Publish(_market.Clear()), chain).First!.Check);
    }

    /// <summary>The root is of the true trades, the money of others, and those are published: the true ones are evidence.</summary>
    [Fact]
    public void Trades_swapped_after_the_root_are_found_and_proved_with_the_true_ones()
    {
        var honest = SettledMarket.Publish(_market.Clear());
        var swapped = SettledMarket.With(honest, honest.Trades.SetItem(0, honest.Trades[0] with { Energy = new Energy(1) }));
        var batch = SettlementBatch.Of(_market.Clear()) with { Deltas = swapped.Deltas };
        var first = new RoundAuditor(_market.Market).Audit(swapped, _market.Settle(batch)).First!;
        Assert.Equal((AuditCheck.TradesRoot, "proveWrongDelta"), (first.Check, first.Evidence!.Proof));
        Assert.Contains("that of the trades that follow from the bids", first.Follows, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_trades_than_the_published_and_the_true_ones_are_demanded()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var chain = _market.Settle(SettledMarket.With(said, said.Trades.RemoveAt(0)));
        var first = new RoundAuditor(_market.Market).Audit(said, chain).First!;
        Assert.Equal((AuditCheck.TradesRoot, FraudEvidence.Demand), (first.Check, first.Evidence!.Proof));
        Assert.False(first.Evidence.IsProof);
    }

    [Fact]
    public void Other_bids_than_the_committed_ones_are_demanded()
    {
        var round = _market.Clear();
        var chain = _market.Settle(SettledMarket.Publish(round));
        var first = new RoundAuditor(_market.Market).Audit(SettledMarket.Publish(_market.Clear(round.Bids.RemoveAt(1))), chain).First!;
        Assert.Equal((AuditCheck.BidsRoot, FraudEvidence.Demand), (first.Check, first.Evidence!.Proof));
    }

    [Fact]
    public void A_node_whose_log_and_ring_differ_is_not_believed()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var first = new RoundAuditor(_market.Market).Audit(said, _market.Settle(said) with { Commitment = CommitmentCheck.Differs }).First!;
        Assert.Equal(AuditCheck.Commitment, first.Check);
        Assert.Null(first.Evidence);
    }

    [Fact]
    public void Numbers_that_were_published_beside_a_right_round_are_found()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var chain = _market.Settle(said);
        AuditCheck First(PublishedRound changed) => new RoundAuditor(_market.Market).Audit(changed, chain).First!.Check;
        Assert.Equal(AuditCheck.Volume, First(said with { Volume = said.Volume + new Energy(1) }));
        Assert.Equal(AuditCheck.Interval, First(said with { Interval = new PriceInterval(said.Interval!.Value.Low, new Price(said.Interval.Value.High.MicroEurPerKWh + 100)) }));
        Assert.Equal(AuditCheck.Deltas, First(said with { Deltas = SettledMarket.Skim(said.Deltas, 1) }));
        Assert.Equal(AuditCheck.Deltas, First(said with { Deltas = said.Deltas.Add(said.Deltas[0]) }));
        Assert.Equal(AuditCheck.Roots, First(said with { BidsRoot = said.RoundHash }));
        Assert.Equal(AuditCheck.Roots, First(said with { TradesRoot = said.RoundHash }));
        Assert.Equal(AuditCheck.RoundHash, First(said with { RoundHash = said.BidsRoot }));
    }

    [Fact]
    public void Numbers_beyond_64_bits_are_a_finding_and_no_failure()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var huge = said.Trades.SetItem(0, said.Trades[0] with { Energy = new Energy(long.MaxValue), Price = new Price(long.MaxValue) });
        var first = new RoundAuditor(_market.Market).Audit(said with { Trades = huge }, null).First!;
        Assert.Contains("cannot be cleared or booked", first.Said, StringComparison.Ordinal);
    }

    /// <summary>Every mechanism's rounds are recomputed; those that take money in have an account for it.</summary>
    [Theory]
    [InlineData(MechanismKind.PayAsBid)]
    [InlineData(MechanismKind.Huang)]
    [InlineData(MechanismKind.Muda)]
    [InlineData(MechanismKind.Continuous)]
    [InlineData(MechanismKind.Curve)]
    public void Rounds_of_every_mechanism_are_recomputed(MechanismKind mechanism)
    {
        var rules = MarketRules.Default with { Mechanism = mechanism, Accounts = new MoneyAccounts(null, SettledMarket.Member(5)) };
        var market = new SettledMarket(rules);
        var seed = mechanism.DrawsLots() ? new Hash256([.. Enumerable.Repeat((byte)7, Hash256.Size)]) : default;
        var round = RoundCalculator.Clear(SettledMarket.Period, Enumerable.Range(0, 5).Select(i => market.Bid(i)), new Dictionary<MemberId, ZoneId>(), rules, seed);
        var said = SettledMarket.Publish(round);
        var audit = new RoundAuditor(market.Market).Audit(said, market.Settle(SettlementBatch.Of(round)));
        Assert.True(audit.IsGood, audit.First?.ToString());
        Assert.Equal(AuditCheck.Volume, new RoundAuditor(market.Market).Audit(said with { Volume = said.Volume + new Energy(1) }, null).First!.Check);
    }

    /// <summary>Balances move with the second of two periods, by both periods' money.</summary>
    [Fact]
    public void Money_that_moves_every_second_period_is_held_against_both()
    {
        var said = SettledMarket.Publish(_market.Clear());
        var batch = SettlementBatch.Of(_market.Clear());
        var twice = _market.Settle(batch with { Deltas = [.. batch.Deltas.Select(delta => delta with { Delta = delta.Delta + delta.Delta })] });
        Assert.True(new RoundAuditor(_market.Market).Audit(said, twice, carried: batch.Deltas).IsGood);
        Assert.Equal(AuditCheck.ChainDeltas, new RoundAuditor(_market.Market).Audit(said, twice).First!.Check);
    }

    private RoundAudit Audit(PublishedRound said) => new RoundAuditor(_market.Market).Audit(said, _market.Settle(said));

    private AuditFinding Found(PublishedRound said, AuditCheck check, string? proof = null)
    {
        var first = Audit(said).First;
        Assert.NotNull(first);
        Assert.Equal(check, first.Check);
        if (proof is not null)
        {
            Assert.Equal(proof, first.Evidence?.Proof);
        }

        return first;
    }
}
