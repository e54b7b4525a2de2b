using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Uftp;

/// <summary>A participant's role: aggregator, common reference operator, distribution system operator.</summary>
public enum UftpRole
{
    AGR,
    CRO,
    DSO,
}

/// <summary>Whether a message was taken.</summary>
public enum UftpResult
{
    Accepted,
    Rejected,
}

/// <summary>The outer message: an inner one with its signature.</summary>
public sealed record SignedMessage
{
    [XmlPart("SenderDomain", Rule = "Domain")] public required string SenderDomain { get; init; }

    [XmlPart("SenderRole")] public required UftpRole SenderRole { get; init; }

    /// <summary>Base 64 of 64 bytes of signature and the inner message.</summary>
    [XmlPart("Body", MostLength = SealedMessage.MostBody)] public required string Body { get; init; }
}

/// <summary>What every inner message says.</summary>
public abstract record UftpMessage
{
    [XmlPart("Version", Rule = "Version")] public required string Version { get; init; }

    [XmlPart("SenderDomain", Rule = "Domain")] public required string SenderDomain { get; init; }

    [XmlPart("RecipientDomain", Rule = "Domain")] public required string RecipientDomain { get; init; }

    [XmlPart("TimeStamp")] public required DateTimeOffset TimeStamp { get; init; }

    [XmlPart("MessageID")] public required Guid MessageId { get; init; }

    /// <summary>The same in every message of a conversation: requests, offers, orders and the answers to them.</summary>
    [XmlPart("ConversationID")] public required Guid ConversationId { get; init; }
}

/// <summary>An answer: accepted, or rejected and why.</summary>
public abstract record UftpResponse : UftpMessage
{
    [XmlPart("Result")] public required UftpResult Result { get; init; }

    [XmlPart("RejectionReason", MostLength = 2_000)] public string? RejectionReason { get; init; }

    /// <summary>The message that is answered.</summary>
    public abstract Guid Answers { get; }
}

/// <summary>A message about a day at a congestion point.</summary>
public abstract record FlexMessage : UftpMessage
{
    [XmlPart("ISP-Duration")] public required TimeSpan IspDuration { get; init; }

    [XmlPart("TimeZone", Rule = "TimeZone")] public required string TimeZone { get; init; }

    /// <summary>The day, in that time zone.</summary>
    [XmlPart("Period")] public required DateOnly Period { get; init; }

    [XmlPart("CongestionPoint", Rule = "Entity")] public required string CongestionPoint { get; init; }

    /// <summary>The imbalance settlement periods that the message names.</summary>
    public abstract IEnumerable<IspSpan> Spans { get; }
}

/// <summary>A run of imbalance settlement periods; the first of a day has number 1.</summary>
public readonly record struct IspSpan(int Start, int Count)
{
    public int Last => Start + Count - 1;
}

/// <summary>A power over a run of imbalance settlement periods.</summary>
/// <param name="Power">W; + consumption, − production. In offers and orders the change against the baseline.</param>
/// <param name="Start">The first of the run; the first of a day has number 1.</param>
/// <param name="Duration">How many; 1 when it is not said.</param>
public sealed record IspPower(
    [property: XmlPart("Power", Least = -IspPower.Most, Most = IspPower.Most)] long Power,
    [property: XmlPart("Start", Least = 1, Most = 1_500)] int Start,
    [property: XmlPart("Duration", Least = 1, Most = 1_500)] int? Duration = null)
{
    /// <summary>The largest power that is read, W: a terawatt.</summary>
    internal const long Most = 1_000_000_000_000;

    public IspSpan Span => new(Start, Duration ?? 1);
}

/// <summary>Are you there?</summary>
public sealed record TestMessage : UftpMessage;

/// <summary>Yes.</summary>
public sealed record TestMessageResponse : UftpMessage;

/// <summary>An aggregator's forecast for its connections at a congestion point: the baseline of what is traded.</summary>
public sealed record DPrognosis : FlexMessage
{
    [XmlPart("Revision")] public required long Revision { get; init; }

    [XmlPart("ISP", LeastItems = 1, MostItems = 1_500)] public required ValueList<IspPower> Isps { get; init; }

    public override IEnumerable<IspSpan> Spans => Isps.Select(isp => isp.Span);
}

/// <summary>The answer to a prognosis.</summary>
public sealed record DPrognosisResponse : UftpResponse
{
    [XmlPart("D-PrognosisMessageID")] public required Guid DPrognosisMessageId { get; init; }

    [XmlPart("FlexOrderStatus")] public ValueList<FlexOrderStatus> Orders { get; init; }

    public override Guid Answers => DPrognosisMessageId;
}

/// <summary>Whether a prognosis shows what was ordered.</summary>
public sealed record FlexOrderStatus(
    [property: XmlPart("FlexOrderMessageID")] Guid FlexOrderMessageId,
    [property: XmlPart("IsValidated")] bool IsValidated);

/// <summary>What of a contract's power stays reserved.</summary>
public sealed record FlexReservationUpdate : FlexMessage
{
    [XmlPart("ContractID", MostLength = 120)] public required string ContractId { get; init; }

    [XmlPart("Reference", MostLength = 120)] public required string Reference { get; init; }

    [XmlPart("ISP", LeastItems = 1, MostItems = 1_500)] public required ValueList<IspPower> Isps { get; init; }

    public override IEnumerable<IspSpan> Spans => Isps.Select(isp => isp.Span);
}

/// <summary>The answer to a reservation update.</summary>
public sealed record FlexReservationUpdateResponse : UftpResponse
{
    [XmlPart("FlexReservationUpdateMessageID")] public required Guid FlexReservationUpdateMessageId { get; init; }

    public override Guid Answers => FlexReservationUpdateMessageId;
}
