using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>The two versions of the reserve bid document that are spoken.</summary>
public enum ReserveBidVersion
{
    /// <summary>IEC 62325-451-7, reserve bid document 7.4.</summary>
    V74,

    /// <summary>Reserve bid document 7.2: other names of units, no technology and no inclusive groups.</summary>
    V72,
}

/// <summary>Offers of reserve from a balancing service provider to a system operator. Quantities and prices are in the units that each series names.</summary>
public sealed record ReserveBidDocument : MarketDocument
{
    public ReserveBidVersion Version { get; init; }

    [XmlPart("reserveBid_Period.timeInterval")] public required override EsmpInterval Interval { get; init; }

    [XmlPart("domain.mRID", Rule = "Area", Fault = ReasonCode.Domain)] public required CodedId Domain { get; init; }

    [XmlPart("subject_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Sender)] public CodedId? Subject { get; init; }

    [XmlPart("subject_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Sender)] public string? SubjectRole { get; init; }

    [XmlPart("Bid_TimeSeries")] public ValueList<BidSeries> Bids { get; init; }
}

/// <summary>One bid: a direction, and for every period a quantity and its prices.</summary>
public sealed record BidSeries
{
    [XmlPart("mRID", Rule = "Id")] public required string MRid { get; init; }

    [XmlPart("auction.mRID", Rule = "Id")] public string? AuctionId { get; init; }

    [XmlPart("businessType", Rule = "Business", Fault = ReasonCode.BusinessType)] public required string BusinessType { get; init; }

    [XmlPart("acquiring_Domain.mRID", Rule = "Area", Fault = ReasonCode.Area)] public required CodedId AcquiringDomain { get; init; }

    [XmlPart("connecting_Domain.mRID", Rule = "Area", Fault = ReasonCode.Area)] public required CodedId ConnectingDomain { get; init; }

    [XmlPart("provider_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Party)] public CodedId? Provider { get; init; }

    [XmlPart("quantity_Measurement_Unit.name", EarlierName = "quantity_Measure_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.Quantity)] public required string QuantityUnit { get; init; }

    [XmlPart("currency_Unit.name", Rule = "Currency", Fault = ReasonCode.Currency)] public string? Currency { get; init; }

    [XmlPart("price_Measurement_Unit.name", EarlierName = "price_Measure_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.LocalRules)] public string? PriceUnit { get; init; }

    [XmlPart("divisible", Rule = "Indicator")] public required string Divisible { get; init; }

    [XmlPart("linkedBidsIdentification", Rule = "Id")] public string? LinkedBids { get; init; }

    [XmlPart("multipartBidIdentification", Rule = "Id")] public string? MultipartBid { get; init; }

    [XmlPart("exclusiveBidsIdentification", Rule = "Id")] public string? ExclusiveBids { get; init; }

    [XmlPart("blockBid", Rule = "Indicator")] public string? BlockBid { get; init; }

    [XmlPart("status")] public EsmpStatus? Status { get; init; }

    [XmlPart("priority", Least = 0, Most = 999_999)] public long? Priority { get; init; }

    [XmlPart("registeredResource.mRID", Rule = "Resource", Fault = ReasonCode.Resource)] public CodedId? Resource { get; init; }

    [XmlPart("flowDirection.direction", Rule = "Direction", Fault = ReasonCode.LocalRules)] public required string Direction { get; init; }

    [XmlPart("stepIncrementQuantity", Fault = ReasonCode.Quantity)] public decimal? StepIncrement { get; init; }

    [XmlPart("energyPrice_Measurement_Unit.name", EarlierName = "energyPrice_Measure_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.LocalRules)] public string? EnergyPriceUnit { get; init; }

    [XmlPart("marketAgreement.type", Rule = "Contract", Fault = ReasonCode.LocalRules)] public string? AgreementType { get; init; }

    [XmlPart("marketAgreement.mRID", Rule = "Id")] public string? AgreementId { get; init; }

    [XmlPart("marketAgreement.createdDateTime", Form = InstantForm.Seconds)] public DateTimeOffset? AgreementCreatedAt { get; init; }

    [XmlPart("activation_ConstraintDuration.duration")] public TimeSpan? ActivationTime { get; init; }

    [XmlPart("resting_ConstraintDuration.duration")] public TimeSpan? RestingTime { get; init; }

    [XmlPart("minimum_ConstraintDuration.duration")] public TimeSpan? ShortestDuration { get; init; }

    [XmlPart("maximum_ConstraintDuration.duration")] public TimeSpan? LongestDuration { get; init; }

    [XmlPart("standard_MarketProduct.marketProductType", Rule = "MarketProduct", Fault = ReasonCode.LocalRules)] public string? StandardProduct { get; init; }

    [XmlPart("original_MarketProduct.marketProductType", Rule = "MarketProduct", Fault = ReasonCode.LocalRules)] public string? OriginalProduct { get; init; }

    [XmlPart("validity_Period.timeInterval")] public EsmpInterval? Validity { get; init; }

    [XmlPart("inclusiveBidsIdentification", New = true, Rule = "Id")] public string? InclusiveBids { get; init; }

    [XmlPart("mktPSRType.psrType", New = true, Rule = "Asset", Fault = ReasonCode.LocalRules)] public string? Technology { get; init; }

    [XmlPart("Period", LeastItems = 1, MostItems = 1_000)] public required ValueList<BidPeriod> Periods { get; init; }

    [XmlPart("AvailableBiddingZone_Domain", MostItems = 200)] public ValueList<BidZone> Zones { get; init; }

    [XmlPart("Reason", MostItems = 100)] public ValueList<EsmpReason> Reasons { get; init; }

    [XmlPart("Linked_BidTimeSeries", MostItems = 1_000)] public ValueList<LinkedBid> Links { get; init; }

    [XmlPart("ProcuredFor_MarketParticipant")] public EsmpParty? ProcuredFor { get; init; }

    [XmlPart("SharedWith_MarketParticipant", MostItems = 100)] public ValueList<EsmpParty> SharedWith { get; init; }

    [XmlPart("ExchangedWith_MarketParticipant", MostItems = 100)] public ValueList<EsmpParty> ExchangedWith { get; init; }
}

/// <summary>A bidding zone where a bid may be used.</summary>
public sealed record BidZone(
    [property: XmlPart("mRID", Rule = "Area", Fault = ReasonCode.Area)] CodedId MRid,
    [property: XmlPart("name")] string? Name = null);

/// <summary>A bid on which another one hangs.</summary>
public sealed record LinkedBid(
    [property: XmlPart("mRID", Rule = "Id")] string MRid,
    [property: XmlPart("status")] EsmpStatus? Status = null);

/// <summary>A run of periods of a bid.</summary>
public sealed record BidPeriod(
    [property: XmlPart("timeInterval")] EsmpInterval Interval,
    [property: XmlPart("resolution", Fault = ReasonCode.Resolution)] TimeSpan Resolution,
    [property: XmlPart("Point", LeastItems = 1)] ValueList<BidPoint> Points);

/// <summary>One period of a bid: what is offered, the least that can be taken, the price of the reserve and of its energy.</summary>
public sealed record BidPoint(
    [property: XmlPart("position", Least = 1, Most = 999_999, Fault = ReasonCode.Position)] int Position,
    [property: XmlPart("quantity.quantity", Fault = ReasonCode.Quantity)] decimal Quantity,
    [property: XmlPart("minimum_Quantity.quantity", Fault = ReasonCode.Quantity)] decimal? MinimumQuantity = null,
    [property: XmlPart("price.amount", Digits = 17, Fault = ReasonCode.LocalRules)] decimal? Price = null,
    [property: XmlPart("energy_Price.amount", Digits = 17, Fault = ReasonCode.LocalRules)] decimal? EnergyPrice = null);
