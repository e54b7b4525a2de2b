using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>An order to deliver reserve, or the answer to one. IEC 62325-451-7, activation document 6.2.</summary>
public sealed record ActivationDocument : MarketDocument
{
    [XmlPart("activation_Time_Period.timeInterval")] public required override EsmpInterval Interval { get; init; }

    [XmlPart("domain.mRID", Rule = "Area", Fault = ReasonCode.Domain)] public CodedId? Domain { get; init; }

    [XmlPart("subject_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Party)] public CodedId? Subject { get; init; }

    [XmlPart("subject_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Party)] public string? SubjectRole { get; init; }

    /// <summary>In an answer, the order that is answered.</summary>
    [XmlPart("order_MarketDocument.mRID", Rule = "Id")] public string? OrderId { get; init; }

    [XmlPart("order_MarketDocument.revisionNumber", Least = 1, Most = 999)] public int? OrderRevision { get; init; }

    [XmlPart("TimeSeries")] public ValueList<ActivationSeries> Series { get; init; }
}

/// <summary>What one resource is to deliver, or delivers.</summary>
public sealed record ActivationSeries
{
    /// <summary>The bid that is activated.</summary>
    [XmlPart("mRID", Rule = "Id")] public required string MRid { get; init; }

    [XmlPart("resourceProvider_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Party)] public required CodedId Provider { get; init; }

    [XmlPart("businessType", Rule = "Business", Fault = ReasonCode.BusinessType)] public required string BusinessType { get; init; }

    [XmlPart("acquiring_Domain.mRID", Rule = "Area", Fault = ReasonCode.Area)] public required CodedId AcquiringDomain { get; init; }

    [XmlPart("connecting_Domain.mRID", Rule = "Area", Fault = ReasonCode.Area)] public required CodedId ConnectingDomain { get; init; }

    [XmlPart("measurement_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.Quantity)] public required string Unit { get; init; }

    [XmlPart("flowDirection.direction", Rule = "Direction", Fault = ReasonCode.LocalRules)] public required string Direction { get; init; }

    /// <summary>A10 ordered, A07 activated, A09 cancelled, A11 unavailable.</summary>
    [XmlPart("marketObjectStatus.status", Rule = "Status", Fault = ReasonCode.LocalRules)] public required string Status { get; init; }

    [XmlPart("registeredResource.mRID", Rule = "Resource", Fault = ReasonCode.Resource)] public CodedId? Resource { get; init; }

    [XmlPart("Period", MostItems = 1_000)] public ValueList<ActivationPeriod> Periods { get; init; }

    [XmlPart("Reason", MostItems = 100)] public ValueList<EsmpReason> Reasons { get; init; }
}

/// <summary>A run of periods of an order.</summary>
public sealed record ActivationPeriod(
    [property: XmlPart("timeInterval")] EsmpInterval Interval,
    [property: XmlPart("resolution", Fault = ReasonCode.Resolution)] TimeSpan Resolution,
    [property: XmlPart("Point", LeastItems = 1)] ValueList<ActivationPoint> Points);

/// <summary>One period of an order.</summary>
public sealed record ActivationPoint(
    [property: XmlPart("position", Least = 1, Most = 999_999, Fault = ReasonCode.Position)] int Position,
    [property: XmlPart("quantity", Fault = ReasonCode.Quantity)] decimal Quantity,
    [property: XmlPart("Reason", MostItems = 100)] ValueList<EsmpReason> Reasons = default);
