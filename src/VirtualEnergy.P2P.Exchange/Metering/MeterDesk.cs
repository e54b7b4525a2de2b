using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Live;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>
/// Takes signed meter readings of delivered periods: checks, writes down, books, and answers with a receipt. Of a member's readings of a period the
/// highest number counts. Strangers and what cannot be read get no answer.
/// </summary>
public sealed class MeterDesk(
    Topics topics, MemberDirectory members, MessageRate rate, IGate gate, ReadingLimits limits, CommunityAccounts accounts, DeviationBook book, AwaitedReadings awaited, DeviationClock clock,
    ExchangeJournal journal, MarketDomain domain, ReadingReceipts receipts, LiveFeed live, TimeProvider time, ILogger<MeterDesk> logger)
{
    private readonly MeterReadingSigning _signing = new(domain);
    private readonly Signal _booked = new();

    /// <summary>The handler of <see cref="Topics.AllMeters"/>.</summary>
    public Task TakeAsync(MqttMessage message, CancellationToken cancellation)
    {
        if (message.Retain || !topics.TryParseMeters(message.Topic, out var sender) || !rate.TryTake(sender))
        {
            return Task.CompletedTask;
        }

        if (!WireFormat.TryReadMeterReading(message.Payload.Span, out var reading, out var error))
        {
            logger.LogInformation("A meter reading of {Member} refused: malformed. {Detail}", sender, error);
        }
        else if (ObjectionTo(reading, sender) is { } objection)
        {
            logger.LogInformation("The meter reading of {Member} for period {Period} refused: {Reason}.", sender, reading.Period.Index, objection);
            if (reading.Member == sender && members.Find(sender) is not null)
            {
                receipts.Refuse(reading, objection);
            }
        }
        else if (accounts.ReadingOf(reading.Member, reading.Period)?.Number == reading.Number)
        {
            // The same once more: its receipt may have been lost.
            receipts.Accept(reading);
        }
        else if (awaited.TryBegin(reading))
        {
            // Not awaited: the next message is taken meanwhile, and the journal writes what waits together.
            _ = BookAsync(reading);
        }

        return Task.CompletedTask;
    }

    /// <summary>Null when the reading holds, else the first thing against it, as a stable code.</summary>
    public string? ObjectionTo(MeterReading reading, MemberId sender)
    {
        if (reading.Member != sender)
        {
            return "malformed";
        }

        if (members.Find(sender) is not { } member)
        {
            return "unknown-member";
        }

        if (!accounts.IsKept(reading.Period) || !gate.IsDelivered(reading.Period))
        {
            return "wrong-period";
        }

        if (limits.ObjectionTo(reading, member.ConnectionWatts) is { } objection)
        {
            return objection;
        }

        if (accounts.ReadingOf(sender, reading.Period) is { } before && (reading.Number < before.Number || (reading.Number == before.Number && reading != before)))
        {
            return "stale-number";
        }

        if (book.IsFull(sender, reading.Period) && accounts.ReadingOf(sender, reading.Period) != reading)
        {
            return "too-many-readings";
        }

        return _signing.IsSignedBy(Address.FromMember(member.Meter ?? member.Id), ReadingReceipts.Metered(reading), reading.Signature.AsSpan()) ? null : "wrong-signature";
    }

    /// <summary>Returns when each period has the readings of every active member, or when the grace is over.</summary>
    public async Task WaitForReadingsAsync(TimeSpan grace, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var deadline = Task.Delay(grace, time, over.Token);
        Task booked;
        do
        {
            // Taken before looking, so that a reading in between ends the waiting.
            booked = _booked.Next;
        }
        while (!accounts.IsComplete(members.Active.Count()) && await Task.WhenAny(booked, deadline) == booked);

        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private async Task BookAsync(MeterReading reading)
    {
        try
        {
            await journal.AppendReadingAsync(reading);
            accounts.TryMeter(reading);
            book.Take(reading);
            clock.Changed();
            receipts.Accept(reading);
            _booked.Raise();
            live.Changed(LivePart.Members);
            live.Changed(LivePart.Flows);
        }
        catch (JournalException failure)
        {
            logger.LogError(failure, "A meter reading of {Member} for period {Period} was not taken.", reading.Member, reading.Period.Index);
        }
        finally
        {
            awaited.End(reading);
        }
    }
}
