using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>
/// Takes members' disputes of their readings, and the operator's dismissals of them: checks, writes down, and answers with what the reading is worth from now on.
/// What was settled already is corrected with the next metered period.
/// </summary>
public sealed class DisputeDesk(
    ExchangeOptions options, Topics topics, MemberDirectory members, MessageRate rate, DeviationBook book, RoundHistory history, ExchangeJournal journal,
    MarketDomain domain, ReadingReceipts receipts, ILogger<DisputeDesk> logger)
{
    private readonly DisputeSigning _signing = new(domain);

    /// <summary>The handler of <see cref="Topics.AllDisputes"/>.</summary>
    public async Task TakeAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Retain || !topics.TryParseDisputes(message.Topic, out var sender) || !rate.TryTake(sender) || members.Find(sender) is null)
        {
            return;
        }

        if (!WireFormat.TryReadDispute(message.Payload.Span, out var dispute, out var error) || dispute.Member != sender)
        {
            logger.LogInformation("A dispute of {Member} refused: malformed. {Detail}", sender, error);
            return;
        }

        var reading = book.ReadingOf(sender, dispute.Period);
        if (ObjectionTo(dispute, reading) is { } objection)
        {
            logger.LogInformation("The dispute of {Member} about period {Period} refused: {Reason}.", sender, dispute.Period.Index, objection);
            Answer(dispute, reading, objection);
            return;
        }

        try
        {
            // Once more is no news, but its answer may have been lost.
            if (book.IsDisputed(sender, dispute.Period) == dispute.Dismisses)
            {
                await journal.AppendDisputeAsync(dispute);
                book.Dispute(new DisputedReading(sender, dispute.Period, dispute.Number), dispute.Dismisses);
                logger.LogInformation(
                    "Reading {Number} of {Member} for period {Period} is {What}.", dispute.Number, sender, dispute.Period.Index, dispute.Dismisses ? "disputed no more" : "disputed");
            }

            Answer(dispute, reading, dispute.Dismisses ? null : "disputed");
        }
        catch (JournalException failure)
        {
            logger.LogError(failure, "A dispute of {Member} about period {Period} was not taken.", sender, dispute.Period.Index);
        }
    }

    /// <summary>Null when the dispute holds, else the first thing against it, as a stable code.</summary>
    private string? ObjectionTo(DisputeMessage dispute, MeterReading? reading)
    {
        if (reading?.Number != dispute.Number)
        {
            return "no-such-reading";
        }

        // The operator may take his time.
        if (!dispute.Dismisses && history.LastCleared is { } last && last.Index - dispute.Period.Index > options.DisputePeriods)
        {
            return "dispute-too-late";
        }

        var signer = dispute.Dismisses ? options.Key.Address : Address.FromMember(dispute.Member);
        return _signing.IsSignedBy(signer, new DisputedReading(dispute.Member, dispute.Period, dispute.Number), dispute.Dismisses, dispute.Signature.AsSpan())
            ? null : "wrong-signature";
    }

    private void Answer(DisputeMessage dispute, MeterReading? reading, string? reason)
    {
        if (reading is null || reading.Number != dispute.Number)
        {
            receipts.Refuse(new DisputedReading(dispute.Member, dispute.Period, dispute.Number), reason ?? "no-such-reading");
        }
        else if (reason is not null)
        {
            receipts.Refuse(reading, reason);
        }
        else
        {
            receipts.Accept(reading);
        }
    }
}
