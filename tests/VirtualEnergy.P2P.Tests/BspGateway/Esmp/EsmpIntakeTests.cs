using System.Text;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Esmp;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Esmp;

/// <summary>A document has its effect once, whatever comes again, late or in another order.</summary>
public sealed class EsmpIntakeTests
{
    private readonly FakeTimeProvider _time = new(EsmpExamples.Now);
    private readonly List<IEsmpDocument> _applied = [];
    private readonly List<AcceptedDocument> _kept = [];
    private int _ids;

    [Fact]
    public void A_document_is_applied_once_and_acknowledged_each_time()
    {
        var (intake, order) = (Intake(), EsmpCodec.Write(EsmpExamples.Order()));
        Assert.Equal(EsmpOutcome.Accepted, intake.Receive(order).Outcome);
        var again = intake.Receive(order);
        Assert.Equal(EsmpOutcome.Repeated, again.Outcome);
        Assert.True(again.Acknowledgement!.IsAcceptance);
        Assert.Equal(["A01", "A95"], again.Acknowledgement.Reasons.Select(reason => reason.Code));
        Assert.Single(_applied);
        Assert.Single(_kept);
    }

    [Fact]
    public void Every_acknowledgement_is_valid_by_the_standards_schema_and_answers_its_document()
    {
        var intake = Intake();
        foreach (var bytes in new[] { EsmpCodec.Write(EsmpExamples.Order()), EsmpCodec.Write(EsmpExamples.Order()), EsmpCodec.Write(EsmpExamples.Bids()), "<nonsense/>"u8.ToArray(), EsmpCodec.Write(EsmpExamples.Order() with { Revision = 2, Series = [EsmpExamples.Order().Series[0], EsmpExamples.Order().Series[0]] }) })
        {
            var acknowledgement = intake.Receive(bytes).Acknowledgement!;
            Assert.Empty(EsmpSchemas.Against(EsmpCodec.Write(acknowledgement)));
            Assert.Equal(EsmpExamples.Provider, acknowledgement.Sender);
        }
    }

    [Fact]
    public void An_older_revision_or_another_content_of_the_same_is_refused_and_a_newer_one_taken()
    {
        var intake = Intake();
        Assert.Equal(EsmpOutcome.Accepted, intake.Receive(EsmpCodec.Write(EsmpExamples.Order(revision: 2))).Outcome);
        Assert.Equal(["A02", "A51"], Codes(intake.Receive(EsmpCodec.Write(EsmpExamples.Order(revision: 1)))));
        Assert.Equal(["A02", "A51"], Codes(intake.Receive(EsmpCodec.Write(EsmpExamples.Order(revision: 2, isCancelled: true)))));
        Assert.Equal(EsmpOutcome.Accepted, intake.Receive(EsmpCodec.Write(EsmpExamples.Order(revision: 3, isCancelled: true))).Outcome);
        Assert.Equal([2, 3], _applied.Select(document => document.Revision));
    }

    [Fact]
    public void A_late_document_is_acknowledged_and_has_no_effect()
    {
        _time.SetUtcNow(EsmpExamples.Evening.End);
        var receipt = Intake().Receive(EsmpCodec.Write(EsmpExamples.Order()));
        Assert.Equal(["A02", "A57"], Codes(receipt));
        Assert.Empty(_applied);
    }

    [Fact]
    public void A_refused_revision_can_be_put_right_under_the_same_number()
    {
        var (intake, order) = (Intake(), EsmpExamples.Order());
        Assert.Equal(EsmpOutcome.Refused, intake.Receive(EsmpCodec.Write(order with { ProcessType = "A51" })).Outcome);
        Assert.Equal(EsmpOutcome.Accepted, intake.Receive(EsmpCodec.Write(order)).Outcome);
    }

    [Fact]
    public void What_the_order_book_refuses_is_refused_with_its_reason_at_its_series()
    {
        var intake = new EsmpIntake(EsmpExamples.AtProvider, _time, NewId, _ => [new EsmpRefusal(ReasonCode.LocalRules, "More than was sold.", "UP-1")], keep: _kept.Add);
        var acknowledgement = intake.Receive(EsmpCodec.Write(EsmpExamples.Order())).Acknowledgement!;
        Assert.Equal(["A02"], acknowledgement.Reasons.Select(reason => reason.Code));
        var series = Assert.Single(acknowledgement.RejectedSeries);
        Assert.Equal(("UP-1", new EsmpReason(ReasonCode.LocalRules, "More than was sold.")), (series.MRid, Assert.Single(series.Reasons)));
        Assert.Empty(_kept);
    }

    [Fact]
    public void What_was_accepted_before_a_stop_is_known_after_it()
    {
        var order = EsmpCodec.Write(EsmpExamples.Order(revision: 2));
        Intake().Receive(order);
        var after = Intake(_kept);
        Assert.Equal(EsmpOutcome.Repeated, after.Receive(order).Outcome);
        Assert.Equal(EsmpOutcome.Refused, after.Receive(EsmpCodec.Write(EsmpExamples.Order(revision: 1))).Outcome);
        Assert.Single(_applied);
    }

    [Fact]
    public void An_acknowledgement_is_given_on_and_not_acknowledged()
    {
        var receipt = Intake().Receive(EsmpCodec.Write(EsmpExamples.Acknowledgement()));
        Assert.Equal((EsmpOutcome.Acknowledgement, null), (receipt.Outcome, receipt.Acknowledgement));
        Assert.IsType<AcknowledgementDocument>(Assert.Single(_applied));
        Intake().Receive(EsmpCodec.Write(EsmpExamples.Acknowledgement() with { Sender = EsmpExamples.Checked("10XSTRANGER----") }));
        Assert.Single(_applied);
    }

    [Fact]
    public void A_document_of_the_wrong_version_is_refused_as_a_whole()
    {
        var text = Encoding.UTF8.GetString(EsmpCodec.Write(EsmpExamples.Order())).Replace(":6:2", ":6:1", StringComparison.Ordinal);
        var receipt = Intake().Receive(Encoding.UTF8.GetBytes(text));
        Assert.Equal(EsmpOutcome.Unreadable, receipt.Outcome);
        Assert.Equal(["A02", "A94"], Codes(receipt));
        Assert.Equal("ORDER-77", receipt.Acknowledgement!.ReceivedId);
    }

    private EsmpIntake Intake(IEnumerable<AcceptedDocument>? before = null) => new(
        EsmpExamples.AtProvider,
        _time,
        NewId,
        document =>
        {
            _applied.Add(document);
            return [];
        },
        before?.ToList(),
        _kept.Add);

    private string NewId() => $"ACK-{++_ids}";

    private static IEnumerable<string> Codes(EsmpReceipt receipt) => receipt.Acknowledgement!.Reasons.Select(reason => reason.Code);
}
