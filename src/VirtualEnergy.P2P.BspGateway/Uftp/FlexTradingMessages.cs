using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>What a grid operator says of a period: here power must change, or here there is room.</summary>
public enum FlexDisposition
{
    /// <summary>There is room; so load can be moved there.</summary>
    Available,

    /// <summary>Power must change.</summary>
    Requested,
}

/// <summary>A grid operator asks for flexibility.</summary>
public sealed record FlexRequest : FlexMessage
{
    [XmlPart("Revision")] public required long Revision { get; init; }

    [XmlPart("ExpirationDateTime")] public required DateTimeOffset ExpiresAt { get; init; }

    [XmlPart("ContractID", MostLength = 120)] public string? ContractId { get; init; }

    [XmlPart("ServiceType", MostLength = 120)] public string? ServiceType { get; init; }

    [XmlPart("ISP", LeastItems = 1, MostItems = 1_500)] public required ValueList<FlexRequestIsp> Isps { get; init; }

    public override IEnumerable<IspSpan> Spans => Isps.Select(isp => isp.Span);
}

/// <summary>The bounds within which power may leave the baseline, W; + consumption.</summary>
public sealed record FlexRequestIsp(
    [property: XmlPart("Disposition")] FlexDisposition? Disposition,
    [property: XmlPart("MinPower", Least = -IspPower.Most, Most = IspPower.Most)] long MinPower,
    [property: XmlPart("MaxPower", Least = -IspPower.Most, Most = IspPower.Most)] long MaxPower,
    [property: XmlPart("Start", Least = 1, Most = 1_500)] int Start,
    [property: XmlPart("Duration", Least = 1, Most = 1_500)] int? Duration = null)
{
    public IspSpan Span => new(Start, Duration ?? 1);
}

/// <summary>The answer to a request; an offer is a message of its own.</summary>
public sealed record FlexRequestResponse : UftpResponse
{
    [XmlPart("FlexRequestMessageID")] public required Guid FlexRequestMessageId { get; init; }

    public override Guid Answers => FlexRequestMessageId;
}

/// <summary>An aggregator offers flexibility, in one or several ways of which one can be ordered.</summary>
public sealed record FlexOffer : FlexMessage
{
    [XmlPart("ExpirationDateTime")] public required DateTimeOffset ExpiresAt { get; init; }

    [XmlPart("Unsolicited")] public bool? Unsolicited { get; init; }

    [XmlPart("FlexRequestMessageID")] public Guid? FlexRequestMessageId { get; init; }

    [XmlPart("ContractID", MostLength = 120)] public string? ContractId { get; init; }

    [XmlPart("D-PrognosisMessageID")] public Guid? DPrognosisMessageId { get; init; }

    [XmlPart("BaselineReference", MostLength = 120)] public string? BaselineReference { get; init; }

    [XmlPart("Currency", Rule = "Currency")] public required string Currency { get; init; }

    [XmlPart("OfferOption", LeastItems = 1, MostItems = 100)] public required ValueList<FlexOfferOption> Options { get; init; }

    public override IEnumerable<IspSpan> Spans => Options.SelectMany(option => option.Isps).Select(isp => isp.Span);
}

/// <summary>One way to deliver.</summary>
public sealed record FlexOfferOption
{
    [XmlPart("OptionReference", MostLength = 120)] public required string Reference { get; init; }

    /// <summary>The price of the whole option, in the offer's currency.</summary>
    [XmlPart("Price", Fraction = 4, Digits = 16)] public required decimal Price { get; init; }

    /// <summary>The smallest part that can be ordered, 0.01 to 1; 1 when it is not said.</summary>
    [XmlPart("MinActivationFactor", Fraction = 2, Rule = "Factor")] public decimal? MinActivationFactor { get; init; }

    [XmlPart("ISP", LeastItems = 1, MostItems = 1_500)] public required ValueList<IspPower> Isps { get; init; }
}

/// <summary>The answer to an offer: that it is right, not that it is ordered.</summary>
public sealed record FlexOfferResponse : UftpResponse
{
    [XmlPart("FlexOfferMessageID")] public required Guid FlexOfferMessageId { get; init; }

    public override Guid Answers => FlexOfferMessageId;
}

/// <summary>An aggregator takes back an offer that was accepted and not yet ordered.</summary>
public sealed record FlexOfferRevocation : UftpMessage
{
    [XmlPart("FlexOfferMessageID")] public required Guid FlexOfferMessageId { get; init; }
}

/// <summary>The answer to a revocation.</summary>
public sealed record FlexOfferRevocationResponse : UftpResponse
{
    [XmlPart("FlexOfferRevocationMessageID")] public required Guid FlexOfferRevocationMessageId { get; init; }

    public override Guid Answers => FlexOfferRevocationMessageId;
}

/// <summary>A grid operator buys what was offered.</summary>
public sealed record FlexOrder : FlexMessage
{
    [XmlPart("Unsolicited")] public bool? Unsolicited { get; init; }

    [XmlPart("FlexOfferMessageID")] public Guid? FlexOfferMessageId { get; init; }

    [XmlPart("ServiceType", MostLength = 120)] public string? ServiceType { get; init; }

    [XmlPart("ContractID", MostLength = 120)] public string? ContractId { get; init; }

    [XmlPart("D-PrognosisMessageID")] public Guid? DPrognosisMessageId { get; init; }

    [XmlPart("BaselineReference", MostLength = 120)] public string? BaselineReference { get; init; }

    [XmlPart("Price", Fraction = 4, Digits = 16)] public required decimal Price { get; init; }

    [XmlPart("Currency", Rule = "Currency")] public required string Currency { get; init; }

    /// <summary>The operator's number of the order; settlement names it.</summary>
    [XmlPart("OrderReference", MostLength = 120)] public required string OrderReference { get; init; }

    [XmlPart("OptionReference", MostLength = 120)] public string? OptionReference { get; init; }

    [XmlPart("ActivationFactor", Fraction = 2, Rule = "Factor")] public decimal? ActivationFactor { get; init; }

    [XmlPart("ISP", LeastItems = 1, MostItems = 1_500)] public required ValueList<IspPower> Isps { get; init; }

    public override IEnumerable<IspSpan> Spans => Isps.Select(isp => isp.Span);
}

/// <summary>The answer to an order.</summary>
public sealed record FlexOrderResponse : UftpResponse
{
    [XmlPart("FlexOrderMessageID")] public required Guid FlexOrderMessageId { get; init; }

    public override Guid Answers => FlexOrderMessageId;
}
