using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>Puts the common parts on what we send, and makes the answers.</summary>
/// <param name="profile">Who we are.</param>
/// <param name="time">The clock.</param>
/// <param name="newId">New identifiers.</param>
internal sealed class UftpWriter(UftpProfile profile, TimeProvider time, Func<Guid> newId)
{
    public (string Version, string Sender, DateTimeOffset Now, Guid Id) Head => (profile.Version, profile.Domain, time.GetUtcNow(), newId());

    /// <summary>The answer to a message, or null for one that has none: answers, and test messages are answered by their own kind.</summary>
    public UftpMessage? Answer(UftpMessage message, IReadOnlyList<string> reasons, ValueList<FlexOrderSettlementStatus> statuses = default)
    {
        var (version, self, now, id) = Head;
        var (result, reason) = (reasons.Count == 0 ? UftpResult.Accepted : UftpResult.Rejected, reasons.Count == 0 ? null : string.Join("; ", reasons));
        var (other, conversation, of) = (message.SenderDomain, message.ConversationId, message.MessageId);
        return message switch
        {
            TestMessage => new TestMessageResponse { Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation },
            FlexRequest => new FlexRequestResponse { Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation, Result = result, RejectionReason = reason, FlexRequestMessageId = of },
            FlexOffer => new FlexOfferResponse { Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation, Result = result, RejectionReason = reason, FlexOfferMessageId = of },
            FlexOfferRevocation => new FlexOfferRevocationResponse { Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation, Result = result, RejectionReason = reason, FlexOfferRevocationMessageId = of },
            FlexOrder => new FlexOrderResponse { Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation, Result = result, RejectionReason = reason, FlexOrderMessageId = of },
            FlexReservationUpdate => new FlexReservationUpdateResponse { Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation, Result = result, RejectionReason = reason, FlexReservationUpdateMessageId = of },
            DPrognosis => new DPrognosisResponse { Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation, Result = result, RejectionReason = reason, DPrognosisMessageId = of },
            Metering => new MeteringResponse { Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation, Result = result, RejectionReason = reason, MeteringMessageId = of },
            FlexSettlement settlement => new FlexSettlementResponse
            {
                Version = version, SenderDomain = self, RecipientDomain = other, TimeStamp = now, MessageId = id, ConversationId = conversation, Result = result, RejectionReason = reason, FlexSettlementMessageId = of,
                Orders = statuses.Count > 0 ? statuses : Statuses(settlement, reason ?? "Rejected"),
            },
            _ => null,
        };
    }

    // The schema wants a status in every answer, also where the whole is rejected.
    private static ValueList<FlexOrderSettlementStatus> Statuses(FlexSettlement settlement, string reason) => settlement.Orders.Count == 0
        ? [new FlexOrderSettlementStatus(null, SettlementDisposition.Disputed, reason)]
        : ValueList.From(settlement.Orders.Select(order => new FlexOrderSettlementStatus(order.OrderReference, SettlementDisposition.Disputed, reason)));
}
