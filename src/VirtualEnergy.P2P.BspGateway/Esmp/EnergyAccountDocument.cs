using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>What was metered or settled, period by period. IEC 62325-451-4, settlement (energy account) document 4.1.</summary>
public sealed record EnergyAccountDocument : IEsmpDocument
{
    [XmlPart("mRID", Rule = "Id")] public required string MRid { get; init; }

    [XmlPart("revisionNumber", Least = 1, Most = 999)] public required int Revision { get; init; }

    [XmlPart("type", Rule = "Message")] public required string Type { get; init; }

    [XmlPart("docStatus")] public required EsmpStatus Status { get; init; }

    [XmlPart("process.processType", Rule = "Process", Fault = ReasonCode.Process)] public required string ProcessType { get; init; }

    [XmlPart("process.classificationType", Rule = "Classification", Fault = ReasonCode.LocalRules)] public required string Classification { get; init; }

    [XmlPart("sender_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Sender)] public required CodedId Sender { get; init; }

    [XmlPart("sender_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Sender)] public required string SenderRole { get; init; }

    [XmlPart("receiver_MarketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Receiver)] public required CodedId Receiver { get; init; }

    [XmlPart("receiver_MarketParticipant.marketRole.type", Rule = "Role", Fault = ReasonCode.Receiver)] public required string ReceiverRole { get; init; }

    [XmlPart("createdDateTime", Form = InstantForm.Seconds)] public required DateTimeOffset CreatedAt { get; init; }

    [XmlPart("period.timeInterval")] public required EsmpInterval Interval { get; init; }

    [XmlPart("domain.mRID", Rule = "Area", Fault = ReasonCode.Domain)] public CodedId? Domain { get; init; }

    [XmlPart("TimeSeries", LeastItems = 1)] public required ValueList<AccountSeries> Series { get; init; }
}

/// <summary>One account.</summary>
public sealed record AccountSeries
{
    [XmlPart("mRID", Rule = "Id")] public required string MRid { get; init; }

    [XmlPart("businessType", Rule = "Business", Fault = ReasonCode.BusinessType)] public required string BusinessType { get; init; }

    [XmlPart("product", Rule = "EnergyProduct", Fault = ReasonCode.LocalRules)] public required string Product { get; init; }

    [XmlPart("objectAggregation", Rule = "ObjectAggregation", Fault = ReasonCode.LocalRules)] public required string Aggregation { get; init; }

    [XmlPart("curveType", Rule = "Curve", Fault = ReasonCode.LocalRules)] public required string CurveType { get; init; }

    [XmlPart("area_Domain.mRID", Rule = "Area", Fault = ReasonCode.Area)] public required CodedId Area { get; init; }

    [XmlPart("marketParticipant.mRID", Rule = "Party", Fault = ReasonCode.Party)] public CodedId? Party { get; init; }

    [XmlPart("marketAgreement.mRID", Rule = "Id")] public string? AgreementId { get; init; }

    [XmlPart("measurement_Unit.name", Rule = "UnitOfMeasure", Fault = ReasonCode.Quantity)] public required string Unit { get; init; }

    [XmlPart("currency_Unit.name", Rule = "Currency", Fault = ReasonCode.Currency)] public string? Currency { get; init; }

    [XmlPart("marketEvaluationPoint.mRID", Rule = "Point", Fault = ReasonCode.Resource)] public CodedId? MeteringPoint { get; init; }

    [XmlPart("Period", LeastItems = 1, MostItems = 1_000)] public required ValueList<AccountPeriod> Periods { get; init; }
}

/// <summary>A run of periods of an account.</summary>
public sealed record AccountPeriod(
    [property: XmlPart("timeInterval")] EsmpInterval Interval,
    [property: XmlPart("resolution", Fault = ReasonCode.Resolution)] TimeSpan Resolution,
    [property: XmlPart("Point", LeastItems = 1)] ValueList<AccountPoint> Points);

/// <summary>One period of an account: what went in, what went out, and a price.</summary>
public sealed record AccountPoint(
    [property: XmlPart("position", Least = 1, Most = 999_999, Fault = ReasonCode.Position)] int Position,
    [property: XmlPart("in_Quantity.quantity", Fault = ReasonCode.Quantity)] decimal In,
    [property: XmlPart("in_Quantity.quality", Rule = "Quality", Fault = ReasonCode.LocalRules)] string? InQuality,
    [property: XmlPart("out_Quantity.quantity", Fault = ReasonCode.Quantity)] decimal Out,
    [property: XmlPart("out_Quantity.quality", Rule = "Quality", Fault = ReasonCode.LocalRules)] string? OutQuality,
    [property: XmlPart("price.amount", Digits = 17, Fault = ReasonCode.LocalRules)] decimal? Price = null,
    [property: XmlPart("Reason", MostItems = 100)] ValueList<EsmpReason> Reasons = default);
