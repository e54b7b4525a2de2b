using VirtualEnergy.P2P.BspGateway.Xml;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>The nine parts with which bids, orders, results and availabilities begin.</summary>
public abstract record MarketDocument : IEsmpDocument
{
    [XmlPart("mRID", Rule = "Id")] public required string MRid { get; init; }

    [XmlPart("revisionNumber", Least = 1, Most = 999)] public required int Revision { get; init; }

    [XmlPart("type", Rule = "Message")] public required string Type { get; init; }

    /// <summary>The market process; an availability document must have one, the others may.</summary>
    [XmlPart("process.processType", Rule = "Process", Fault = ReasonCode.Process)] public string? ProcessType { get; init; }

    [XmlPart("sender_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Sender)] public required CodedId Sender { get; init; }

    [XmlPart("sender_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Sender)] public required string SenderRole { get; init; }

    [XmlPart("receiver_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Receiver)] public required CodedId Receiver { get; init; }

    [XmlPart("receiver_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Receiver)] public required string ReceiverRole { get; init; }

    [XmlPart("createdDateTime", Form = InstantForm.Seconds)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the document is about.</summary>
    public abstract EsmpInterval Interval { get; init; }
}
