using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Uftp;
using VirtualEnergy.P2P.BspGateway.Uftp.Trading;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Uftp;

/// <summary>What must not be forgotten of the trade with grid operators.</summary>
public sealed class GridJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("journal").FullName;

    private string File => Path.Combine(_folder, GridJournal.Name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_written_is_there_at_the_next_start()
    {
        var (request, offer, done) = (UftpExamples.Request(), UftpExamples.Offer(), UftpExamples.Prognosis());
        var known = new KnownMessage("dso.example.org", request.MessageId, new Hash256(new byte[32]));
        using (var journal = new GridJournal(_folder, UftpExamples.Now))
        {
            journal.Append(new GridLine(
                UftpExamples.Now, new KnownLine(known.Domain, known.Id, known.Hash.ToString()), [GridJournal.Text(request)], [FlexTradeLine.Write(new FlexTrade(offer, request, FlexTradeState.Offered))],
                [GridJournal.Text(offer), GridJournal.Text(done)]));
            journal.Append(new GridLine(UftpExamples.Now, Done: done.MessageId));
            journal.Append(new GridLine(UftpExamples.Now, Measured: new MeasuredLine("u", 7, -3, true, 4, 5, 6)));
        }

        for (var start = 0; start < 2; start++) // the second reads what the first has shortened
        {
            using var journal = new GridJournal(_folder, UftpExamples.Now);
            Assert.Equal([known], journal.Known);
            Assert.Equal([request], journal.Exchanged);
            Assert.Equal([offer], journal.Waiting);
            Assert.Equal(new FlexTrade(offer, request, FlexTradeState.Offered), Assert.Single(journal.Trades));
            Assert.Equal(new MeasuredLine("u", 7, -3, true, 4, 5, 6), journal.Measured("u", new Period(7)));
        }
    }

    [Fact]
    public void Of_a_line_that_a_crash_cut_off_anywhere_nothing_has_happened()
    {
        using (var journal = new GridJournal(_folder, UftpExamples.Now))
        {
            journal.Append(new GridLine(UftpExamples.Now, Out: [GridJournal.Text(UftpExamples.Prognosis())]));
        }

        var first = System.IO.File.ReadAllBytes(File);
        using (var journal = new GridJournal(_folder, UftpExamples.Now))
        {
            journal.Append(new GridLine(UftpExamples.Now, Trades: [FlexTradeLine.Write(new FlexTrade(UftpExamples.Offer(), null, FlexTradeState.Offered))]));
        }

        var both = System.IO.File.ReadAllBytes(File);
        Assert.Equal(first, both[..first.Length]);
        for (var length = first.Length; length < both.Length; length += 97)
        {
            System.IO.File.WriteAllBytes(File, both[..length]);
            using var journal = new GridJournal(_folder, UftpExamples.Now);
            Assert.Single(journal.Waiting);
            Assert.Empty(journal.Trades);
        }
    }

    [Fact]
    public void A_file_that_somebody_changed_is_named_and_left_as_it_is()
    {
        System.IO.File.WriteAllText(File, "{\"at\":\"2026-07-14T14:00:00+00:00\",\"more\":1}\n");
        Assert.StartsWith("Bsp:DataFolder: line 1 of uftp.jsonl cannot be read:", Assert.Throws<GatewayStartException>(() => new GridJournal(_folder, UftpExamples.Now)).Message, StringComparison.Ordinal);
        Assert.Contains("more", System.IO.File.ReadAllText(File), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_over_is_left_out_at_the_next_start()
    {
        var done = new FlexTrade(UftpExamples.Offer(), null, FlexTradeState.Expired);
        using (var journal = new GridJournal(_folder, UftpExamples.Now))
        {
            journal.Append(new GridLine(UftpExamples.Now, new KnownLine("dso.example.org", Guid.Empty, default(Hash256).ToString()), Trades: [FlexTradeLine.Write(done)]));
        }

        using var later = new GridJournal(_folder, UftpExamples.Now.AddDays(90));
        Assert.Empty(later.Known);
        Assert.Empty(later.Trades);
    }

    [Fact]
    public void A_mailbox_knows_what_was_there_before_the_stop()
    {
        var sealedRequest = new UftpMailbox(UftpExamples.AtOperator, UftpExamples.OperatorKey).Seal(UftpExamples.Request());
        var arrival = new UftpMailbox(UftpExamples.AtAggregator, UftpExamples.AggregatorKey).Open(sealedRequest);
        Assert.Null(arrival.Rejection);

        var after = new UftpMailbox(UftpExamples.AtAggregator, UftpExamples.AggregatorKey, [arrival.Known!.Value]);
        Assert.Equal("Already Submitted", after.Open(sealedRequest).Rejection);
        after.Forget(arrival.Known.Value);
        Assert.Null(after.Open(sealedRequest).Rejection);
    }

    [Fact]
    public void A_request_that_nothing_could_be_offered_for_is_looked_at_again_until_it_expires_over_a_stop_too()
    {
        var time = new FakeTimeProvider(UftpExamples.Now);
        FlexPlan? plan = null;
        var decisions = new AggregatorDecisions { Plan = _ => plan, Reserve = (_, _) => null };
        var request = UftpExamples.Request();
        var desk = new AggregatorDesk(UftpExamples.AtAggregator, decisions, time, UftpExamples.Id, null, [request]);
        Assert.Empty(desk.Reconsider());

        plan = UftpExamples.Plan();
        Assert.Equal(request.MessageId, Assert.IsType<FlexOffer>(Assert.Single(desk.Reconsider())).FlexRequestMessageId);
        Assert.Empty(desk.Reconsider()); // it is offered once

        var late = new AggregatorDesk(UftpExamples.AtAggregator, decisions, time, UftpExamples.Id, null, [request]);
        time.Advance(TimeSpan.FromHours(6));
        Assert.Empty(late.Reconsider());
    }
}
