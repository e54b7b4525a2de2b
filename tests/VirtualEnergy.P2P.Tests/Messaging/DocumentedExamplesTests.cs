using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Messaging;

/// <summary>Others write their readers after docs/messages.md, so its examples are read, and written back to the same bytes.</summary>
public sealed class DocumentedExamplesTests
{
    private static readonly MemberId Agent = new("0x" + new string('a', 40));
    private static readonly MemberId Matcher = new("0x" + new string('b', 40));

    [Theory]
    [InlineData("Market", 4)]
    [InlineData("Announcement", 2)]
    [InlineData("Bid", 2)]
    [InlineData("Receipt", 3)]
    [InlineData("Result", 4)]
    [InlineData("Plan", 1)]
    [InlineData("Outlook", 1)]
    [InlineData("Running", 1)]
    [InlineData("Balance", 1)]
    [InlineData("Suggestions", 1)]
    [InlineData("Meter reading", 1)]
    [InlineData("Mandate", 2)]
    [InlineData("Mandate receipt", 2)]
    [InlineData("Funds", 2)]
    [InlineData("Reading receipt", 2)]
    [InlineData("Dispute", 2)]
    [InlineData("Deviations", 1)]
    [InlineData("Status", 2)]
    [InlineData("Curve terms", 1)]
    [InlineData("Curve bid", 2)]
    [InlineData("Curve refusal", 2)]
    [InlineData("Curve price", 1)]
    [InlineData("Curve allocation", 1)]
    [InlineData("Flexibility terms", 1)]
    [InlineData("Program", 1)]
    [InlineData("Headroom", 1)]
    [InlineData("Flexibility order", 1)]
    [InlineData("Flexibility reply", 2)]
    [InlineData("Reservation evidence", 2)]
    [InlineData("Reservation answer", 1)]
    [InlineData("Telemetry session", 1)]
    [InlineData("Telemetry", 1)]
    public void Every_example_is_read_and_written_back_the_same(string heading, int count)
    {
        var examples = ExamplesUnder(heading);
        Assert.Equal(count, examples.Count);
        Assert.All(examples, example =>
        {
            var (written, error) = ReadAndWrite(heading, Encoding.UTF8.GetBytes(example));
            Assert.Null(error);

            // The documentation spells an apostrophe; the writer escapes it.
            Assert.Equal(example, Encoding.UTF8.GetString(written!).Replace("\\u0027", "'", StringComparison.Ordinal));
        });
    }

    private static (byte[]? Written, string? Error) ReadAndWrite(string heading, byte[] example) => heading switch
    {
        "Market" => WireFormat.TryReadMarket(example, out var market, out var error) ? (WireFormat.Write(market), null) : (null, error),
        "Announcement" => WireFormat.TryReadAnnouncement(example, out var round, out var error) ? (WireFormat.Write(round), null) : (null, error),
        "Bid" => WireFormat.TryReadBid(example, null, out var bid, out var refusal) ? (WireFormat.Write(bid), null) : (null, refusal.Detail),
        "Receipt" => WireFormat.TryReadReceipt(example, out var receipt, out var error) ? (WireFormat.Write(receipt), null) : (null, error),
        "Result" => WireFormat.TryReadResult(example, out var result, out var error) ? (WireFormat.Write(result), null) : (null, error),
        "Plan" => WireFormat.TryReadPlan(example, out var plan, out var error) ? (WireFormat.Write(plan), null) : (null, error),
        "Outlook" => WireFormat.TryReadOutlook(example, out var outlook, out var error) ? (WireFormat.Write(outlook), null) : (null, error),
        "Running" => WireFormat.TryReadPlan(example, out var running, out var error) ? (WireFormat.Write(running), null) : (null, error),
        "Balance" => WireFormat.TryReadBalance(example, out var signal, out var error) ? (WireFormat.Write(signal), null) : (null, error),
        "Suggestions" => WireFormat.TryReadSuggestedStarts(example, out var suggested, out var error) ? (WireFormat.Write(suggested), null) : (null, error),
        "Meter reading" => WireFormat.TryReadMeterReading(example, out var reading, out var error) ? (WireFormat.Write(reading), null) : (null, error),
        "Mandate" => WireFormat.TryReadMandate(example, null, out var mandate, out var error) ? (WireFormat.Write(mandate), null) : (null, error),
        "Mandate receipt" => WireFormat.TryReadMandateReceipt(example, out var taken, out var error) ? (WireFormat.Write(taken), null) : (null, error),
        "Funds" => WireFormat.TryReadFundsNotice(example, out var funds, out var error) ? (WireFormat.Write(funds), null) : (null, error),
        "Reading receipt" => WireFormat.TryReadReadingReceipt(example, out var taken, out var error) ? (WireFormat.Write(taken), null) : (null, error),
        "Dispute" => WireFormat.TryReadDispute(example, out var dispute, out var error) ? (WireFormat.Write(dispute), null) : (null, error),
        "Deviations" => WireFormat.TryReadDeviations(example, out var deviations, out var error) ? (WireFormat.Write(deviations), null) : (null, error),
        "Status" => WireFormat.TryReadStatus(example, out var status, out var error) ? (WireFormat.Write(status), null) : (null, error),
        "Curve terms" => WireFormat.TryReadCurveMarket(example, out var terms, out var error) ? (WireFormat.Write(terms), null) : (null, error),
        "Curve bid" => WireFormat.TryReadCurveBid(example, Agent, Matcher, out var curve, out var unreadable) ? (WireFormat.Write(curve), null) : (null, unreadable.Detail),
        "Curve refusal" => WireFormat.TryReadCurveRefusal(example, out var refused, out var error) ? (WireFormat.Write(refused), null) : (null, error),
        "Curve price" => WireFormat.TryReadCurvePrice(example, out var price, out var error) ? (WireFormat.Write(price), null) : (null, error),
        "Curve allocation" => WireFormat.TryReadCurveAllocation(example, out var given, out var error) ? (WireFormat.Write(given), null) : (null, error),
        "Flexibility terms" => WireFormat.TryReadFlexibilityTerms(example, out var asked, out var error) ? (WireFormat.Write(asked), null) : (null, error),
        "Program" => WireFormat.TryReadProgram(example, Agent, out var program, out var error) ? (WireFormat.Write(program), null) : (null, error),
        "Headroom" => WireFormat.TryReadHeadroom(example, Agent, out var headroom, out var error) ? (WireFormat.Write(headroom), null) : (null, error),
        "Flexibility order" => WireFormat.TryReadFlexibilityOrder(example, out var order, out var error) ? (WireFormat.Write(order), null) : (null, error),
        "Reservation evidence" => WireFormat.TryReadReservationEvidence(example, out var evidence, out var error) ? (WireFormat.Write(evidence), null) : (null, error),
        "Reservation answer" => WireFormat.TryReadReservationAnswer(example, out var kept, out var error) ? (WireFormat.Write(kept), null) : (null, error),
        "Flexibility reply" => WireFormat.TryReadFlexibilityReply(example, Agent, out var reply, out var error) ? (WireFormat.Write(reply), null) : (null, error),
        "Telemetry session" => WireFormat.TryReadTelemetrySession(example, Agent, out var session, out var error) ? (WireFormat.Write(session), null) : (null, error),
        "Telemetry" => WireFormat.TryReadTelemetrySample(example, Agent, out var sample, out var error) ? (WireFormat.Write(sample), null) : (null, error),
        _ => throw new ArgumentOutOfRangeException(nameof(heading)),
    };

    private static List<string> ExamplesUnder(string heading)
    {
        var text = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "messages.md"));
        var section = text.Split($"\n## {heading}\n")[1].Split("\n## ")[0];
        return [.. section.Split("```json\n").Skip(1).Select(block => block.Split("\n```")[0])];
    }
}
