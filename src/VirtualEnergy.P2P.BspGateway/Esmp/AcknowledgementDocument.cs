using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>What became of a document: accepted or refused, and why. IEC 62325-451-1, acknowledgement document 8.1.</summary>
public sealed record AcknowledgementDocument : IEsmpDocument
{
    [XmlPart("mRID", Rule = "Id")] public required string MRid { get; init; }

    [XmlPart("createdDateTime", Form = InstantForm.Seconds)] public required DateTimeOffset CreatedAt { get; init; }

    [XmlPart("sender_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Sender)] public required CodedId Sender { get; init; }

    [XmlPart("sender_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Sender)] public required string SenderRole { get; init; }

    [XmlPart("receiver_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Receiver)] public required CodedId Receiver { get; init; }

    [XmlPart("receiver_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Receiver)] public string? ReceiverRole { get; init; }

    [XmlPart("received_MarketDocument.mRID", Rule = "Id")] public string? ReceivedId { get; init; }

    [XmlPart("received_MarketDocument.revisionNumber", Least = 1, Most = 999)] public int? ReceivedRevision { get; init; }

    [XmlPart("received_MarketDocument.type", Rule = "Message")] public string? ReceivedType { get; init; }

    [XmlPart("received_MarketDocument.process.processType", Rule = "Process", Fault = ReasonCode.Process)] public string? ReceivedProcess { get; init; }

    [XmlPart("received_MarketDocument.title", MostLength = 150)] public string? ReceivedTitle { get; init; }

    [XmlPart("received_MarketDocument.createdDateTime", Form = InstantForm.Seconds)] public DateTimeOffset? ReceivedCreatedAt { get; init; }

    [XmlPart("Rejected_TimeSeries")] public ValueList<RejectedSeries> RejectedSeries { get; init; }

    /// <summary>The first says A01, accepted, or A02, refused; the others why.</summary>
    [XmlPart("Reason", LeastItems = 1, MostItems = 100)] public required ValueList<EsmpReason> Reasons { get; init; }

    [XmlPart("InError_Period")] public ValueList<PeriodInError> PeriodsInError { get; init; }

    public bool IsAcceptance => Reasons.Count > 0 && Reasons[0].Code == ReasonCode.Accepted;

    int IEsmpDocument.Revision => 1;

    string IEsmpDocument.Type => "A17";

    string? IEsmpDocument.ProcessType => null;

    EsmpInterval? IEsmpDocument.Interval => null;
}

/// <summary>A series that was refused.</summary>
public sealed record RejectedSeries(
    [property: XmlPart("mRID", Rule = "Id")] string MRid,
    [property: XmlPart("version", Least = 1, Most = 999)] int? Version = null,
    [property: XmlPart("InError_Period")] ValueList<PeriodInError> PeriodsInError = default,
    [property: XmlPart("Reason", MostItems = 100)] ValueList<EsmpReason> Reasons = default);

/// <summary>A time for which something is wrong.</summary>
public sealed record PeriodInError(
    [property: XmlPart("timeInterval")] EsmpInterval Interval,
    [property: XmlPart("Reason", LeastItems = 1, MostItems = 100)] ValueList<EsmpReason> Reasons);
