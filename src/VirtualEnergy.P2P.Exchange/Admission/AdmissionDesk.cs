using VirtualEnergy.P2P.Exchange.Funds;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Exchange.Settling;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>A bid as it came.</summary>
/// <param name="Sender">The member of the topic.</param>
/// <param name="Payload">Any bytes.</param>
public readonly record struct IncomingBid(MemberId Sender, ReadOnlyMemory<byte> Payload);

/// <summary>
/// From the bytes of bids to their receipts: read, look up, judge by the market's rules, make durable, sign. A bid that was
/// admitted before gets the receipt it got then, and changes nothing.
/// </summary>
/// <remarks>
/// What costs most, reading and checking signatures, needs nothing of the other bids and is done by all cores at once. Then the bids are
/// judged one after another in the order in which they came, so the answers do not depend on how many cores there are.
/// </remarks>
public sealed class AdmissionDesk(
    MarketRules rules, MemberDirectory members, OpenRound open, FundsLedger ledger, MandateBook mandates, ExchangeJournal journal, MarketDomain domain,
    EthereumKey key)
{
    /// <summary>
    /// Receipts under one signature. One for each would cost a good part of what checking the bid costs; for more than 64 there is nothing left
    /// to save, and paths would only become longer than six siblings.
    /// </summary>
    private const int ReceiptsASignature = 64;

    /// <summary>Fewer are not worth another thread.</summary>
    private const int FewBids = 4;

    private readonly BidSigning _bids = new(domain);
    private readonly ReceiptSigning _receipts = new(domain);
    private readonly KnownSigners _signers = new();

    /// <summary>One bid alone.</summary>
    /// <inheritdoc cref="AnswerAsync(IReadOnlyList{IncomingBid})"/>
    public async Task<BidReceipt> AnswerAsync(MemberId sender, ReadOnlyMemory<byte> payload) => (await AnswerAsync([new IncomingBid(sender, payload)]))[0];

    /// <summary>
    /// Judges at once, in the order of the bids and of the calls; the returned task is done when the answers may be given. Several calls
    /// at a time must not overlap up to there; waiting for the tasks may.
    /// </summary>
    /// <returns>A receipt for each bid, in their order.</returns>
    /// <exception cref="JournalException">The bids cannot be made durable. None was admitted, and there are no receipts.</exception>
    public Task<BidReceipt[]> AnswerAsync(IReadOnlyList<IncomingBid> bids) => JudgeAsync(Examine(bids));

    /// <summary>Whatever can be said of each bid without changing anything. Any thread may call, also while others are judged.</summary>
    internal ExaminedBid[] Examine(IReadOnlyList<IncomingBid> bids)
    {
        var examined = new ExaminedBid[bids.Count];
        if (bids.Count < FewBids)
        {
            for (var i = 0; i < examined.Length; i++)
            {
                examined[i] = Examine(bids[i]);
            }
        }
        else
        {
            Parallel.For(0, examined.Length, i => examined[i] = Examine(bids[i]));
        }

        return examined;
    }

    /// <summary>The rest: as <see cref="AnswerAsync(IReadOnlyList{IncomingBid})"/>.</summary>
    internal async Task<BidReceipt[]> JudgeAsync(ExaminedBid[] examined)
    {
        var receipts = new BidReceipt[examined.Length];
        var entered = new List<int>();
        try
        {
            for (var i = 0; i < examined.Length; i++)
            {
                if ((examined[i].Receipt ?? Objection(examined[i])) is { } receipt)
                {
                    receipts[i] = receipt;
                }
                else
                {
                    entered.Add(i);
                }
            }

            if (entered.Count > 0)
            {
                var admitted = Acknowledged(examined, entered, receipts);
                await journal.AppendBidsAsync(admitted);
                open.Confirm(admitted);
            }

            return receipts;
        }
        catch
        {
            foreach (var i in entered)
            {
                open.TakeBack(examined[i].Signed!.Bid);
            }

            throw;
        }
    }

    private ExaminedBid Examine(IncomingBid incoming)
    {
        if (!WireFormat.TryReadBid(incoming.Payload.Span, incoming.Sender, out var message, out var refusal))
        {
            return new ExaminedBid
            {
                Receipt = Refused(
                    incoming.Sender, refusal.Period ?? open.Period ?? default, refusal.Number ?? 0, default, refusal.Reason, refusal.Detail),
            };
        }

        var signed = new SignedBid(message.Bid, HashIfAny(message.Bid), message.Signature);
        var examined = new ExaminedBid { Signed = signed, Receipt = FindAdmitted(signed)?.Receipt };
        if (examined.Receipt is null)
        {
            // Whom an earlier rule objects to costs no check; what it objected to may have changed when the bid is judged.
            AdmissionRules.FirstObjection(signed, ContextOf(examined));
        }

        return examined;
    }

    private AdmissionContext ContextOf(ExaminedBid examined)
    {
        var bid = examined.Signed!.Bid;
        return new AdmissionContext(
            rules, open.Period, members.Find(bid.Member), open.LastNumber(bid.Member), ledger.Available(bid.Member),
            signed => examined.IsSigned ??= IsSignedByMember(signed))
        {
            LeftOfMandate = mandates.Left(bid.Member, bid.Period),
            Room = open.RoomOf(bid.Member, bid.Period),
        };
    }

    /// <summary>The refusal, or null where the bid is entered and is to be made durable now.</summary>
    private BidReceipt? Objection(ExaminedBid examined)
    {
        var (signed, bid, context) = (examined.Signed!, examined.Signed!.Bid, ContextOf(examined));
        if (AdmissionRules.FirstObjection(signed, context) is { } reason)
        {
            return Refused(bid.Member, bid.Period, bid.Number, signed.Hash, reason, RejectionDetail.Of(reason, bid, context));
        }

        if (open.TryEnter(bid))
        {
            return null;
        }

        // Since it was judged the gate has closed, or its member's promise has come.
        var late = context with { OpenPeriod = open.Period, Room = open.RoomOf(bid.Member, bid.Period) };
        var why = late.OpenPeriod == bid.Period ? RejectionReason.ReservedElsewhere : RejectionReason.GateClosed;
        return Refused(bid.Member, bid.Period, bid.Number, signed.Hash, why, RejectionDetail.Of(why, bid, late));
    }

    private List<JournalledBid> Acknowledged(ExaminedBid[] examined, List<int> entered, BidReceipt[] receipts)
    {
        var admitted = new List<JournalledBid>(entered.Count);
        foreach (var together in entered.Chunk(ReceiptsASignature))
        {
            var signatures = _receipts.Sign([.. together.Select(i => ReceiptedBid.Of(examined[i].Signed!))], key);
            foreach (var (i, signature) in together.Zip(signatures))
            {
                receipts[i] = Accepted(examined[i].Signed!, signature);
                admitted.Add(new JournalledBid(examined[i].Signed!, receipts[i]));
            }
        }

        return admitted;
    }

    // Only what was signed validly is ever found, so the copy's own signature does not matter.
    private JournalledBid? FindAdmitted(SignedBid signed)
    {
        if (signed.Hash == default || members.Find(signed.Bid.Member) is null)
        {
            return null;
        }

        return signed.Bid.Period == open.Period ? open.Find(signed.Hash) : journal.FindBid(signed);
    }

    // The hash was worked out here, and not taken from anybody.
    private bool IsSignedByMember(SignedBid signed) =>
        signed.Hash != default && _signers.IsSignedBy(Address.FromMember(signed.Bid.Member), signed.Hash, signed.Signature.AsSpan());

    private Hash256 HashIfAny(Bid bid)
    {
        var hasForm = bid.Buy.Length <= Bid.MaxSteps && bid.Sell.Length <= Bid.MaxSteps
            && bid.Buy.All(step => step.Energy >= Energy.Zero) && bid.Sell.All(step => step.Energy >= Energy.Zero)
            && bid.Preferences is { GreenPremium.MicroEurPerKWh: >= 0, LocalPremium.MicroEurPerKWh: >= 0, PartnerPremium.MicroEurPerKWh: >= 0 };
        return hasForm ? _bids.Hash(bid) : default;
    }

    private static BidReceipt Accepted(SignedBid signed, ReceiptSignature signature)
    {
        var bid = signed.Bid;
        return new BidReceipt(bid.Member, bid.Period, bid.Number, signed.Hash, true, null, null, signature.Signature)
        {
            Place = signature.Place, Path = signature.Path,
        };
    }

    private static BidReceipt Refused(MemberId member, Period period, long number, Hash256 hash, RejectionReason reason, string detail) =>
        new(member, period, number, hash, false, reason.Code(), detail, []);
}
