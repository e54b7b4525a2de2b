using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>
/// From the bytes of a bid to its receipt: read, look up, judge by the market's rules, make durable, sign. A bid that was
/// admitted before gets the receipt it got then, and changes nothing.
/// </summary>
public sealed class AdmissionDesk(
    MarketRules rules, MemberDirectory members, OpenRound open, FundsLedger ledger, ExchangeJournal journal, MarketDomain domain, EthereumKey key)
{
    private readonly BidSigning _bids = new(domain);
    private readonly ReceiptSigning _receipts = new(domain);

    /// <summary>
    /// Judges at once, in the order of the calls; the returned task is done when the answer may be given. Awaiting several
    /// together lets the journal write them together.
    /// </summary>
    /// <param name="sender">The member of the topic.</param>
    /// <param name="payload">Any bytes.</param>
    /// <exception cref="JournalException">The bid cannot be made durable. It was not admitted, and there is no receipt.</exception>
    public Task<BidReceipt> AnswerAsync(MemberId sender, ReadOnlySpan<byte> payload) =>
        WireFormat.TryReadBid(payload, sender, out var message, out var refusal)
            ? AnswerAsync(message)
            : Task.FromResult(Refused(sender, refusal.Period ?? open.Period ?? default, refusal.Number ?? 0, default, refusal.Reason, refusal.Detail));

    private Task<BidReceipt> AnswerAsync(BidMessage message)
    {
        var bid = message.Bid;
        var signed = new SignedBid(bid, HashIfAny(bid), message.Signature);
        if (FindAdmitted(signed) is { } before)
        {
            return Task.FromResult(before.Receipt);
        }

        var context = new AdmissionContext(
            rules, open.Period, members.Find(bid.Member), open.LastNumber(bid.Member), ledger.Available(bid.Member), _bids.IsSignedByMember);
        if (AdmissionRules.FirstObjection(signed, context) is { } reason)
        {
            return Task.FromResult(Refused(bid.Member, bid.Period, bid.Number, signed.Hash, reason, RejectionDetail.Of(reason, bid, context)));
        }

        return open.TryEnter(bid)
            ? AdmitAsync(signed)
            : Task.FromResult(Refused(
                bid.Member, bid.Period, bid.Number, signed.Hash, RejectionReason.GateClosed,
                RejectionDetail.Of(RejectionReason.GateClosed, bid, context with { OpenPeriod = open.Period })));
    }

    private async Task<BidReceipt> AdmitAsync(SignedBid signed)
    {
        var bid = signed.Bid;
        try
        {
            var signature = _receipts.Sign(ReceiptedBid.Of(signed), key);
            var receipt = new BidReceipt(bid.Member, bid.Period, bid.Number, signed.Hash, true, null, null, signature);
            var admitted = new JournalledBid(signed, receipt);
            await journal.AppendBidAsync(admitted);
            open.Confirm(admitted);
            return receipt;
        }
        catch
        {
            open.TakeBack(bid);
            throw;
        }
    }

    // Only what was signed validly is ever found, so the copy's own signature does not matter.
    private JournalledBid? FindAdmitted(SignedBid signed)
    {
        if (signed.Hash == default || members.Find(signed.Bid.Member) is null)
        {
            return null;
        }

        return signed.Bid.Period == open.Period ? open.Find(signed.Hash) : journal.FindBid(signed.Hash);
    }

    private Hash256 HashIfAny(Bid bid)
    {
        var hasForm = bid.Buy.Length <= Bid.MaxSteps && bid.Sell.Length <= Bid.MaxSteps
            && bid.Buy.Concat(bid.Sell).All(step => step.Energy >= Energy.Zero);
        return hasForm ? _bids.Hash(bid) : default;
    }

    private static BidReceipt Refused(MemberId member, Period period, long number, Hash256 hash, RejectionReason reason, string detail) =>
        new(member, period, number, hash, false, reason.Code(), detail, []);
}
