using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>Which bids can be used, and why others cannot: a grid operator's limits, for one. IEC 62325-451-n, bid availability document 1.1.</summary>
public sealed record BidAvailabilityDocument : MarketDocument
{
    [XmlPart("docStatus")] public EsmpStatus? Status { get; init; }

    [XmlPart("time_Period.timeInterval")] public required override EsmpInterval Interval { get; init; }

    [XmlPart("BidTimeSeries", LeastItems = 1)] public required ValueList<AvailabilitySeries> Bids { get; init; }
}

/// <summary>What is said of one bid.</summary>
public sealed record AvailabilitySeries
{
    /// <summary>The bid's identification.</summary>
    [XmlPart("mRID", Rule = "Id")] public required string MRid { get; init; }

    [XmlPart("bidDocument_MarketDocument.mRID", Rule = "Id")] public required string BidDocumentId { get; init; }

    [XmlPart("bidDocument_MarketDocument.revisionNumber", Least = 1, Most = 999)] public required int BidDocumentRevision { get; init; }

    [XmlPart("requestingParty_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Party)] public CodedId? RequestedBy { get; init; }

    [XmlPart("requestingParty_MarketParticipant.name")] public string? RequestedByName { get; init; }

    [XmlPart("requestingParty_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Party)] public required string RequestedByRole { get; init; }

    /// <summary>The kind of limit: C41 thermal, C43 voltage, and so on.</summary>
    [XmlPart("businessType", Rule = "Business", Fault = ReasonCode.BusinessType)] public required string BusinessType { get; init; }

    [XmlPart("domain.mRID", Rule = "Area", Fault = ReasonCode.Domain)] public required CodedId Domain { get; init; }

    /// <summary>The most that can be used of the bid.</summary>
    [XmlPart("operationalLimit_Quantity.quantity", Fault = ReasonCode.Quantity)] public decimal? Limit { get; init; }

    [XmlPart("limit_Measurement_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.Quantity)] public string? LimitUnit { get; init; }

    [XmlPart("RegisteredResource", MostItems = 1_000)] public ValueList<AvailabilityResource> Resources { get; init; }

    [XmlPart("Reason", MostItems = 100)] public ValueList<EsmpReason> Reasons { get; init; }
}

/// <summary>A resource that a limit is about.</summary>
public sealed record AvailabilityResource([property: XmlPart("mRID", Rule = "Resource", Fault = ReasonCode.Resource)] CodedId MRid);
