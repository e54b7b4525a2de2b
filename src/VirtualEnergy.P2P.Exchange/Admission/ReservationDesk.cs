using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>
/// From the bytes of evidence to what admission goes by: read, look up, check both signatures, hold against the member's bids, make durable. A promise counts only
/// with the home's signature, so nobody is bound who did not agree; it ends with its periods, or with the provider's signed release.
/// </summary>
public sealed class ReservationDesk(MemberDirectory members, OpenRound open, ExchangeJournal journal, MarketDomain domain, ILogger<ReservationDesk> logger)
{
    private readonly FlexibilitySigning _signing = new(domain);

    /// <param name="payload">Any bytes.</param>
    /// <exception cref="JournalException">It cannot be made durable. It does not count, and there is no answer.</exception>
    public async Task<ReservationAnswer> AnswerAsync(ReadOnlyMemory<byte> payload)
    {
        if (!WireFormat.TryReadReservationEvidence(payload.Span, out var evidence, out var error))
        {
            return new ReservationAnswer(default, default, 0, false, (payload.Length > WireFormat.MaxSmallBytes ? RejectionReason.TooLarge : RejectionReason.Malformed).Code(), error);
        }

        var answer = evidence.IsRelease ? await ReleaseAsync(evidence) : await KeepAsync(evidence);
        if (!answer.Accepted)
        {
            logger.LogInformation("Evidence of order {Id} of {Bsp} to {Member} refused: {Reason}. {Detail}", answer.Id, answer.Bsp, answer.Member, answer.Reason, answer.Detail);
        }

        return answer;
    }

    /// <summary>What evidence says, for a reader that trusts it: the journal's own.</summary>
    internal static HomePromise PromiseOf(ReservationEvidence evidence)
    {
        var order = evidence.Order.Content;
        return new HomePromise(order.Member, order.Bsp, order.Id, order.First, evidence.Program);
    }

    private async Task<ReservationAnswer> KeepAsync(ReservationEvidence evidence)
    {
        var (order, promise) = (evidence.Order.Content, PromiseOf(evidence));
        if (members.Find(order.Member) is null)
        {
            return Refused(order, RejectionReason.UnknownMember.Code(), $"{order.Member} is not a member of this community.");
        }

        if (open.HasPromise(promise))
        {
            return Accepted(order); // The same message twice has one effect.
        }

        if (!IsSignedByProvider(evidence) || !FlexibilitySigning.IsSignedBy(order.Member, _signing.Hash(order, evidence.Program), evidence.HomeSignature.AsSpan()))
        {
            return Refused(order, RejectionReason.WrongSignature.Code(), $"It takes {order.Bsp}'s signature over the order, and {order.Member}'s over the promise, in this market.");
        }

        if (open.EnterPromise(promise) is { } refusal)
        {
            return Refused(order, refusal.Code(), Words(refusal, promise));
        }

        try
        {
            await journal.AppendReservationAsync(evidence);
        }
        catch
        {
            open.TakeBack(promise);
            throw;
        }

        return Accepted(order);
    }

    private async Task<ReservationAnswer> ReleaseAsync(ReservationEvidence evidence)
    {
        var order = evidence.Order.Content;
        if (open.FindPromise(order.Member, order.Bsp, order.Id) is not { } promise)
        {
            return Refused(order, "unknown-order", $"{order.Member} has no promise of order {order.Id} here.");
        }

        if (!IsSignedByProvider(evidence))
        {
            return Refused(order, RejectionReason.WrongSignature.Code(), $"Only {order.Bsp} releases its orders.");
        }

        await journal.AppendReservationAsync(evidence);
        open.Release(promise);
        return Accepted(order);
    }

    private bool IsSignedByProvider(ReservationEvidence evidence) =>
        FlexibilitySigning.IsSignedBy(evidence.Order.Content.Bsp, _signing.Hash(evidence.Order.Content), evidence.Order.Signature.AsSpan());

    private static ReservationAnswer Accepted(FlexibilityOrder order) => new(order.Member, order.Bsp, order.Id, true, null, null);

    private static ReservationAnswer Refused(FlexibilityOrder order, string reason, string detail) => new(order.Member, order.Bsp, order.Id, false, reason, detail);

    private static string Words(PromiseRefusal refusal, HomePromise promise) => refusal switch
    {
        PromiseRefusal.NotOpen => "The exchange has opened no round yet; say it again.",
        PromiseRefusal.GateClosed => $"A gate from period {promise.First} on is closed; what was traded there was traded before.",
        PromiseRefusal.Overlaps => $"{promise.Member} has promised something else in these periods, or in this order.",
        PromiseRefusal.Released => $"Order {promise.Id} was released.",
        PromiseRefusal.BidStands => $"The bid of {promise.Member} in the open round trades more than the promise leaves; it has to be replaced first.",
        _ => $"{promise.Member} has {PromiseBook.MostOfAMember} promises already.",
    };
}
