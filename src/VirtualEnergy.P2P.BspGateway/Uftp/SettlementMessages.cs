using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>What a grid operator pays for the orders of a time, and what it found delivered.</summary>
/// <remarks>The schema asks for a result and a contract settlement in every one; the specification's text for neither, so both may be absent.</remarks>
public sealed record FlexSettlement : UftpMessage
{
    [XmlPart("Result")] public UftpResult? Result { get; init; }

    [XmlPart("RejectionReason", MostLength = 2_000)] public string? RejectionReason { get; init; }

    [XmlPart("PeriodStart")] public required DateOnly PeriodStart { get; init; }

    [XmlPart("PeriodEnd")] public required DateOnly PeriodEnd { get; init; }

    [XmlPart("Currency", Rule = "Currency")] public required string Currency { get; init; }

    [XmlPart("FlexOrderSettlement")] public ValueList<FlexOrderSettlement> Orders { get; init; }

    [XmlPart("ContractSettlement", MostItems = 1_000)] public ValueList<ContractSettlement> Contracts { get; init; }
}

/// <summary>The settlement of one order. Money in the message's currency.</summary>
public sealed record FlexOrderSettlement
{
    [XmlPart("OrderReference", MostLength = 120)] public string? OrderReference { get; init; }

    [XmlPart("Period")] public required DateOnly Period { get; init; }

    [XmlPart("ContractID", MostLength = 120)] public string? ContractId { get; init; }

    [XmlPart("D-PrognosisMessageID")] public Guid? DPrognosisMessageId { get; init; }

    [XmlPart("BaselineReference", MostLength = 120)] public string? BaselineReference { get; init; }

    [XmlPart("CongestionPoint", Rule = "Entity")] public required string CongestionPoint { get; init; }

    [XmlPart("Price", Fraction = 4, Digits = 16)] public required decimal Price { get; init; }

    [XmlPart("Penalty", Fraction = 4, Digits = 16)] public decimal? Penalty { get; init; }

    /// <summary>Price less penalty.</summary>
    [XmlPart("NetSettlement", Fraction = 4, Digits = 16)] public required decimal NetSettlement { get; init; }

    [XmlPart("ISP", MostItems = 1_500)] public ValueList<SettledIsp> Isps { get; init; }
}

/// <summary>One run of periods of an order, all in W, + consumption.</summary>
public sealed record SettledIsp(
    [property: XmlPart("Start", Least = 1, Most = 1_500)] int Start,
    [property: XmlPart("Duration", Least = 1, Most = 1_500)] int? Duration,
    [property: XmlPart("BaselinePower", Least = -IspPower.Most, Most = IspPower.Most)] long BaselinePower,
    [property: XmlPart("OrderedFlexPower", Least = -IspPower.Most, Most = IspPower.Most)] long OrderedFlexPower,
    [property: XmlPart("ActualPower", Least = -IspPower.Most, Most = IspPower.Most)] long ActualPower,
    [property: XmlPart("DeliveredFlexPower", Least = -IspPower.Most, Most = IspPower.Most)] long DeliveredFlexPower,
    [property: XmlPart("PowerDeficiency", Least = -IspPower.Most, Most = IspPower.Most)] long? PowerDeficiency = null)
{
    public IspSpan Span => new(Start, Duration ?? 1);
}

/// <summary>What was reserved by a contract, and what was asked and offered of it.</summary>
public sealed record ContractSettlement
{
    [XmlPart("ContractID", MostLength = 120)] public string? ContractId { get; init; }

    [XmlPart("Period", MostItems = 400)] public ValueList<ContractPeriod> Periods { get; init; }
}

/// <summary>One day of a contract.</summary>
public sealed record ContractPeriod
{
    [XmlPart("Period")] public required DateOnly Period { get; init; }

    [XmlPart("ISP", MostItems = 1_500)] public ValueList<ContractIsp> Isps { get; init; }
}

/// <summary>One run of periods of a contract, W.</summary>
public sealed record ContractIsp(
    [property: XmlPart("Start", Least = 1, Most = 1_500)] int Start,
    [property: XmlPart("Duration", Least = 1, Most = 1_500)] int? Duration,
    [property: XmlPart("ReservedPower", Least = -IspPower.Most, Most = IspPower.Most)] long ReservedPower,
    [property: XmlPart("RequestedPower", Least = -IspPower.Most, Most = IspPower.Most)] long? RequestedPower = null,
    [property: XmlPart("AvailablePower", Least = -IspPower.Most, Most = IspPower.Most)] long? AvailablePower = null,
    [property: XmlPart("OfferedPower", Least = -IspPower.Most, Most = IspPower.Most)] long? OfferedPower = null,
    [property: XmlPart("OrderedPower", Least = -IspPower.Most, Most = IspPower.Most)] long? OrderedPower = null);

/// <summary>Whether the aggregator agrees.</summary>
public enum SettlementDisposition
{
    Accepted,
    Disputed,
}

/// <summary>The answer to a settlement, order by order.</summary>
public sealed record FlexSettlementResponse : UftpResponse
{
    [XmlPart("FlexSettlementMessageID")] public required Guid FlexSettlementMessageId { get; init; }

    [XmlPart("FlexOrderSettlementStatus", LeastItems = 1)] public required ValueList<FlexOrderSettlementStatus> Orders { get; init; }

    public override Guid Answers => FlexSettlementMessageId;
}

/// <summary>Whether the settlement of one order is agreed.</summary>
public sealed record FlexOrderSettlementStatus(
    [property: XmlPart("OrderReference", MostLength = 120)] string? OrderReference,
    [property: XmlPart("Disposition")] SettlementDisposition Disposition,
    [property: XmlPart("DisputeReason", MostLength = 512)] string? DisputeReason = null);
