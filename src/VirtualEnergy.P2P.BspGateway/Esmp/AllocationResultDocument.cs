using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>Which bids were taken, of what and at what price. IEC 62325-451-7, reserve allocation result document 6.4.</summary>
public sealed record AllocationResultDocument : MarketDocument
{
    [XmlPart("reserveBid_Period.timeInterval")] public required override EsmpInterval Interval { get; init; }

    [XmlPart("domain.mRID", Rule = "Area", Fault = ReasonCode.Domain)] public required CodedId Domain { get; init; }

    [XmlPart("TimeSeries")] public ValueList<AllocationSeries> Series { get; init; }

    [XmlPart("Reason", MostItems = 100)] public ValueList<EsmpReason> Reasons { get; init; }
}

/// <summary>What was taken of one bid.</summary>
public sealed record AllocationSeries
{
    [XmlPart("mRID", Rule = "Id")] public required string MRid { get; init; }

    [XmlPart("bid_Original_MarketDocument.mRID", Rule = "Id")] public string? BidDocumentId { get; init; }

    [XmlPart("bid_Original_MarketDocument.revisionNumber", Least = 1, Most = 999)] public int? BidDocumentRevision { get; init; }

    [XmlPart("bid_Original_MarketDocument.bid_BidTimeSeries.mRID", Rule = "Id")] public string? BidId { get; init; }

    [XmlPart("bid_Original_MarketDocument.tendering_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Party)] public CodedId? Tenderer { get; init; }

    [XmlPart("auction.mRID", Rule = "Id")] public string? AuctionId { get; init; }

    [XmlPart("businessType", Rule = "Business", Fault = ReasonCode.BusinessType)] public required string BusinessType { get; init; }

    [XmlPart("acquiring_Domain.mRID", Rule = "Area", Fault = ReasonCode.Area)] public required CodedId AcquiringDomain { get; init; }

    [XmlPart("connecting_Domain.mRID", Rule = "Area", Fault = ReasonCode.Area)] public required CodedId ConnectingDomain { get; init; }

    [XmlPart("marketAgreement.type", Rule = "Contract", Fault = ReasonCode.LocalRules)] public string? AgreementType { get; init; }

    [XmlPart("marketAgreement.mRID", Rule = "Id")] public string? AgreementId { get; init; }

    [XmlPart("marketAgreement.createdDateTime", Form = InstantForm.Seconds)] public DateTimeOffset? AgreementCreatedAt { get; init; }

    [XmlPart("quantity_Measurement_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.Quantity)] public required string QuantityUnit { get; init; }

    [XmlPart("currency_Unit.name", Rule = "Currency", Fault = ReasonCode.Currency)] public string? Currency { get; init; }

    [XmlPart("price_Measurement_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.LocalRules)] public string? PriceUnit { get; init; }

    [XmlPart("energy_Measurement_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.LocalRules)] public string? EnergyUnit { get; init; }

    [XmlPart("registeredResource.mRID", Rule = "Resource", Fault = ReasonCode.Resource)] public CodedId? Resource { get; init; }

    [XmlPart("flowDirection.direction", Rule = "Direction", Fault = ReasonCode.LocalRules)] public required string Direction { get; init; }

    [XmlPart("minimumActivation_Quantity.quantity", Fault = ReasonCode.Quantity)] public decimal? MinimumActivation { get; init; }

    [XmlPart("stepIncrement_Quantity.quantity", Fault = ReasonCode.Quantity)] public decimal? StepIncrement { get; init; }

    [XmlPart("orderNumber_AttributeInstanceComponent.position", Least = 1, Most = 999_999, Fault = ReasonCode.Position)] public int? OrderNumber { get; init; }

    [XmlPart("activation_ConstraintDuration.duration")] public TimeSpan? ActivationTime { get; init; }

    [XmlPart("resting_ConstraintDuration.duration")] public TimeSpan? RestingTime { get; init; }

    [XmlPart("minimum_ConstraintDuration.duration")] public TimeSpan? ShortestDuration { get; init; }

    [XmlPart("maximum_ConstraintDuration.duration")] public TimeSpan? LongestDuration { get; init; }

    [XmlPart("curveType", Rule = "Curve", Fault = ReasonCode.LocalRules)] public string? CurveType { get; init; }

    [XmlPart("Period", LeastItems = 1, MostItems = 1_000)] public required ValueList<AllocationPeriod> Periods { get; init; }

    [XmlPart("Reason", MostItems = 100)] public ValueList<EsmpReason> Reasons { get; init; }
}

/// <summary>A run of periods of a result.</summary>
public sealed record AllocationPeriod(
    [property: XmlPart("timeInterval")] EsmpInterval Interval,
    [property: XmlPart("resolution", Fault = ReasonCode.Resolution)] TimeSpan Resolution,
    [property: XmlPart("Point", LeastItems = 1)] ValueList<AllocationPoint> Points);

/// <summary>One period of a result: what was taken and what is paid for it.</summary>
public sealed record AllocationPoint(
    [property: XmlPart("position", Least = 1, Most = 999_999, Fault = ReasonCode.Position)] int Position,
    [property: XmlPart("quantity", Fault = ReasonCode.Quantity)] decimal Quantity,
    [property: XmlPart("price.amount", Digits = 17, Fault = ReasonCode.LocalRules)] decimal? Price = null,
    [property: XmlPart("secondaryQuantity", Fault = ReasonCode.Quantity)] decimal? SecondaryQuantity = null,
    [property: XmlPart("bid_Price.amount", Digits = 17, Fault = ReasonCode.LocalRules)] decimal? BidPrice = null,
    [property: XmlPart("bidEnergy_Price.amount", Digits = 17, Fault = ReasonCode.LocalRules)] decimal? BidEnergyPrice = null,
    [property: XmlPart("energy_Price.amount", Digits = 17, Fault = ReasonCode.LocalRules)] decimal? EnergyPrice = null,
    [property: XmlPart("Reason", MostItems = 100)] ValueList<EsmpReason> Reasons = default);
