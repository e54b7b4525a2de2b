using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Funds;

/// <summary>
/// From the bytes of a mandate to its receipt: read, look up, check number and signature, make durable, sign. The mandate that counts
/// already gets the receipt that it got then.
/// </summary>
public sealed class MandateDesk(
    MemberDirectory members, MandateBook book, FundsWatch watch, ExchangeJournal journal, MarketDomain domain, EthereumKey key, ILogger<MandateDesk> logger)
{
    private readonly MandateSigning _signing = new(domain);

    /// <param name="sender">The member of the topic or the address.</param>
    /// <param name="payload">Any bytes.</param>
    /// <exception cref="JournalException">It cannot be made durable. It does not count, and there is no receipt.</exception>
    public Task<MandateReceipt> AnswerAsync(MemberId sender, ReadOnlySpan<byte> payload) =>
        payload.Length > WireFormat.MaxSmallBytes ? Refused(sender, 0, RejectionReason.TooLarge, $"The payload has {payload.Length} bytes; at most {WireFormat.MaxSmallBytes} are read.")
        : WireFormat.TryReadMandate(payload, sender, out var message, out var error) ? AnswerAsync(message)
        : Refused(sender, 0, RejectionReason.Malformed, error);

    private Task<MandateReceipt> AnswerAsync(MandateMessage message)
    {
        var mandate = message.Mandate;
        if (members.Find(mandate.Member) is null)
        {
            return Refused(mandate.Member, mandate.Number, RejectionReason.UnknownMember, $"{mandate.Member} is not a member of this community.");
        }

        if (book.Of(mandate.Member) is { } before && before.Mandate == mandate)
        {
            return Task.FromResult(before.Receipt);
        }

        if (book.LastNumber(mandate.Member) is { } last && last >= mandate.Number)
        {
            return Refused(mandate.Member, mandate.Number, RejectionReason.StaleNumber, $"Number {mandate.Number} is not higher than the last one, {last}.");
        }

        return !_signing.IsSignedByMember(mandate, message.Signature.AsSpan())
            ? Refused(mandate.Member, mandate.Number, RejectionReason.WrongSignature, $"The signature does not recover to {mandate.Member} over this mandate, this chain and this contract.")
            : TakeAsync(message);
    }

    private async Task<MandateReceipt> TakeAsync(MandateMessage message)
    {
        var mandate = message.Mandate;
        if (!book.TryEnter(mandate))
        {
            return await Refused(mandate.Member, mandate.Number, RejectionReason.StaleNumber, $"Number {mandate.Number} was overtaken by a higher one.");
        }

        var receipt = new MandateReceipt(mandate.Member, mandate.Number, true, null, null, _signing.SignReceipt(mandate, key));
        var given = new JournalledMandate(message, receipt);
        try
        {
            await journal.AppendMandateAsync(given);
        }
        catch
        {
            book.TakeBack(mandate);
            throw;
        }

        book.Confirm(given);
        watch.Tell(mandate.Member);
        logger.LogInformation("{Member} spends at most {Most} a day from now on (mandate {Number}).", mandate.Member, mandate.Most?.ToString() ?? "what she has", mandate.Number);
        return receipt;
    }

    private Task<MandateReceipt> Refused(MemberId member, ulong number, RejectionReason reason, string detail)
    {
        logger.LogInformation("Mandate {Number} of {Member} refused: {Reason}. {Detail}", number, member, reason.Code(), detail);
        return Task.FromResult(new MandateReceipt(member, number, false, reason.Code(), detail, []));
    }
}
