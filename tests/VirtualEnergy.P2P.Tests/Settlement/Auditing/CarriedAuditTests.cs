using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Publishing;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Auditing;

/// <summary>
/// What is carried from earlier periods, published and settled just so: the period before was settled by Anna's reading number 1, 40 Wh more than she traded, and by an estimate for Bea.
/// </summary>
public sealed class CarriedAuditTests
{
    private static readonly Period Earlier = SettledMarket.Period.Previous;
    private static readonly MemberId Anna = SettledMarket.Member(0);
    private static readonly MemberId Bea = SettledMarket.Member(1);

    private readonly SettledMarket _market = new();
    private readonly Round _round;
    private readonly MeteredByAll _honest;
    private readonly PublishedMetering _before;
    private readonly MeteringHistory _history = new();

    public CarriedAuditTests()
    {
        _round = _market.Clear();
        _honest = MeteredByAll.Of(_market.Market.Domain, _round, _market.Market.Rules, [.. Enumerable.Range(0, 6).Select(SettledMarket.KeyOf).Zip([40L, -50, 30, 0, -33, -7])]);
        _before = (_honest with { Period = Earlier, Readings = [.. _honest.Readings.Select((reading, i) => Reading(i, Earlier, reading.Net, 1))] }).Estimating(Bea).Publish();
        _history.Take(_before, Earlier.Previous);
    }

    [Fact]
    public void A_later_reading_and_a_first_one_are_carried_by_what_they_are_more()
    {
        var said = _honest.Correcting(Settled(Anna), Reading(0, Earlier, Settled(Anna) - new Energy(15), 2)).Correcting(Settled(Bea), Reading(1, Earlier, Settled(Bea) + new Energy(8), 1)).Publish();
        Assert.Equal(new Energy(-15), said.Positions.Single(position => position.Settled.Position.Member == Anna).Settled.Position.Carried);
        var audit = Audit(said);
        Assert.Null(audit.First);
        Assert.Equal((true, true, 0), (audit.IsMoneyRight, audit.IsCommitted, audit.Unseen));
    }

    [Fact]
    public void Energy_carried_without_a_correction_is_found() =>
        Found(_honest.With(Anna, position => position with { Carried = new Energy(5) }).Publish(), "what is carried for");

    [Fact]
    public void A_correction_that_is_not_carried_is_found()
    {
        var said = _honest.Correcting(Settled(Anna), Reading(0, Earlier, Settled(Anna) - new Energy(15), 2)).With(Anna, position => position with { Carried = Energy.Zero });
        Found(said.Publish(), "what is carried for");
    }

    [Fact]
    public void A_correction_that_begins_from_another_number_than_was_settled_is_found() =>
        Found(_honest.Correcting(Settled(Anna) + new Energy(1), Reading(0, Earlier, Settled(Anna) - new Energy(15), 2)).Publish(), "the correction of");

    [Fact]
    public void A_correction_by_the_reading_that_was_settled_already_is_found() =>
        Found(_honest.Correcting(Settled(Anna), Reading(0, Earlier, Settled(Anna), 1)).Publish(), "the correction of");

    [Fact]
    public void A_correction_to_another_energy_than_the_meter_signed_is_found()
    {
        var said = _honest.Correcting(Settled(Anna), Reading(0, Earlier, Settled(Anna) - new Energy(15), 2));
        var entry = said.Corrections[0];
        said = said with { Corrections = [entry with { Correction = entry.Correction with { Known = entry.Correction.Known - new Energy(3) } }] };
        Found(said.With(Anna, position => position with { Carried = new Energy(-18) }).Publish(), "the correction of");
    }

    [Fact]
    public void A_correction_by_a_reading_that_her_meter_did_not_sign_is_found()
    {
        var said = _honest.Correcting(Settled(Anna), Reading(0, Earlier, Settled(Anna) - new Energy(15), 2)).Publish();
        var audit = Audit(said, forged: [said.Positions.Length]);
        Assert.Equal((AuditCheck.ReadingSignature, false), (audit.First?.Check, audit.IsMoneyRight));
    }

    [Fact]
    public void The_same_correction_twice_is_found()
    {
        var reading = Reading(0, Earlier, Settled(Anna) - new Energy(15), 2);
        Found(_honest.Correcting(Settled(Anna), reading).Correcting(Settled(Anna), reading).Publish(), "the correction of");
    }

    [Fact]
    public void A_correction_of_the_period_itself_is_found() =>
        Found(_honest.Correcting(Settled(Anna), Reading(0, SettledMarket.Period, Settled(Anna), 2)).Publish(), "the correction of");

    [Fact]
    public void An_estimate_in_place_of_an_estimate_is_found()
    {
        var entry = new PublishedMeterCorrection(new Correction(Bea, Earlier, Settled(Bea), Settled(Bea) + new Energy(9)), null);
        Found((_honest.With(Bea, position => position with { Carried = new Energy(9) }) with { Corrections = [entry] }).Publish(), "the correction of");
    }

    /// <summary>Who has too little is paid, so nothing of that is beyond her funds.</summary>
    [Fact]
    public void Energy_left_out_as_unfunded_of_who_is_to_be_paid_is_found()
    {
        var said = _honest.With(Bea, position => position with { Carried = new Energy(20) }).Publish();
        said = said with { Positions = [.. said.Positions.Select(position => position.Settled.Position.Member == Bea ? position with { Unfunded = new Energy(-20) } : position)] };
        Found(said, "cannot pay for");
    }

    [Fact]
    public void What_was_settled_before_the_auditor_looked_is_taken_as_published_and_counted()
    {
        var said = _honest.Correcting(Settled(Anna) + new Energy(1), Reading(0, Earlier, Settled(Anna) - new Energy(15), 2)).Publish();
        var audit = Audit(said, history: new MeteringHistory());
        Assert.Equal((null, 1), (audit.First, audit.Unseen));
    }

    [Fact]
    public void Of_two_corrections_the_later_is_what_was_settled_and_a_gap_ends_what_was_seen()
    {
        var corrected = _honest.Correcting(Settled(Anna), Reading(0, Earlier, Settled(Anna) - new Energy(15), 2)).Publish();
        _history.Take(corrected, Earlier);
        Assert.Equal(new LastSettled(Settled(Anna) - new Energy(15), 2, false, SettledMarket.Period), _history.Of(Anna, Earlier));
        Assert.True(_history.Reaches(Earlier));
        _history.Take(corrected with { Period = new Period(SettledMarket.Period.Index + 3) }, new Period(SettledMarket.Period.Index + 2));
        Assert.False(_history.Reaches(SettledMarket.Period));
        _history.TakeEarlier([_before]);
        Assert.True(_history.Reaches(Earlier));
        Assert.Equal(2, _history.Of(Anna, Earlier)?.Number);
    }

    [Fact]
    public void An_estimate_from_no_earlier_day_is_what_was_traded()
    {
        var audit = Audit(_honest.Estimating(Bea).With(Bea, position => position with { Metered = position.Metered + new Energy(5) }).Publish());
        Assert.Equal(AuditCheck.Estimate, audit.First?.Check);
    }

    [Fact]
    public void Who_holds_a_receipt_and_stays_estimated_is_found_when_the_reading_must_be_known()
    {
        var receipt = new HeldReadingReceipt(new ReceiptedBid(new Hash256(new byte[32]), Bea, Earlier, 1), SettledMarket.Period);
        var audit = Audit(_honest.Publish(), receipts: [receipt]);
        Assert.Equal((AuditCheck.Estimate, false), (audit.First?.Check, audit.IsMoneyRight));
        Assert.Null(audit.First?.Evidence);

        // Heard before a later round only, carried now, or of somebody who was settled by a reading: nothing to object.
        Assert.Null(Audit(_honest.Publish(), receipts: [receipt with { DueBy = SettledMarket.Period.Next }]).First);
        Assert.Null(Audit(_honest.Correcting(Settled(Bea), Reading(1, Earlier, Settled(Bea) + new Energy(8), 1)).Publish(), receipts: [receipt]).First);
        Assert.Null(Audit(_honest.Publish(), receipts: [receipt with { Reading = receipt.Reading with { Member = Anna } }]).First);
    }

    private Energy Settled(MemberId member) => _before.Positions.Single(position => position.Settled.Position.Member == member).Settled.Position.Metered;

    private SignedReading Reading(int member, Period period, Energy net, long number) =>
        MeteredByAll.Sign(_market.Market.Domain, SettledMarket.Member(member), period, net, SettledMarket.KeyOf(member), number);

    private void Found(PublishedMetering said, string what)
    {
        var audit = Audit(said);
        Assert.Equal((AuditCheck.Carried, false), (audit.First?.Check, audit.IsMoneyRight));
        Assert.Contains(what, audit.First!.What, StringComparison.Ordinal);
    }

    private MeteredAudit Audit(PublishedMetering said, IReadOnlyList<int>? forged = null, MeteringHistory? history = null, IReadOnlyList<HeldReadingReceipt>? receipts = null)
    {
        var (chain, traded) = _market.Settle(said, _round);
        var auditor = new MeteredAuditor(_market.Market);
        return auditor.Audit(said, chain, _round, traded, new ReadingSignatures(auditor.SignersOf(said), (forged ?? []).ToHashSet()), history ?? _history, receipts);
    }
}
