using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>An interval of time: from <paramref name="Start"/> until <paramref name="End"/>, which is not in it.</summary>
/// <param name="Start">UTC, whole minutes.</param>
/// <param name="End">UTC, whole minutes.</param>
public sealed record EsmpInterval(
    [property: XmlPart("start", Form = InstantForm.Minutes, Fault = ReasonCode.TimeInterval)] DateTimeOffset Start,
    [property: XmlPart("end", Form = InstantForm.Minutes, Fault = ReasonCode.TimeInterval)] DateTimeOffset End)
{
    public TimeSpan Length => End - Start;

    public bool Holds(EsmpInterval other) => Start <= other.Start && other.End <= End;
}

/// <summary>A reason: a code of the code list and words.</summary>
/// <param name="Code">Three characters; see <see cref="ReasonCode"/> for those that we give.</param>
/// <param name="Text">At most 512 characters.</param>
public sealed record EsmpReason(
    [property: XmlPart("code", Rule = "Reason")] string Code,
    [property: XmlPart("text", MostLength = 512)] string? Text = null)
{
    public override string ToString() => Text is null ? Code : $"{Code} {Text}";
}

/// <summary>The state of a document or series.</summary>
public sealed record EsmpStatus([property: XmlPart("value", Rule = "Status", Fault = ReasonCode.LocalRules)] string Value);

/// <summary>A party named in a series.</summary>
public sealed record EsmpParty([property: XmlPart("mRID", Rule = "Party", Fault = ReasonCode.Party)] CodedId MRid);

/// <summary>How a series' values cover its interval.</summary>
public static class EsmpCurve
{
    /// <summary>One value for every period.</summary>
    public const string FixedBlocks = "A01";

    /// <summary>A value holds until the next position that is there.</summary>
    public const string VariableBlocks = "A03";
}

/// <summary>What every document of this family says of itself.</summary>
public interface IEsmpDocument
{
    /// <summary>The document's identification; with the sender it is one document through all its revisions.</summary>
    string MRid { get; }

    /// <summary>1 to 999; a higher one takes the place of a lower one. Acknowledgements have none and say 1.</summary>
    int Revision { get; }

    /// <summary>The document's type, a message code.</summary>
    string Type { get; }

    string? ProcessType { get; }

    CodedId Sender { get; }

    string SenderRole { get; }

    CodedId Receiver { get; }

    string? ReceiverRole { get; }

    DateTimeOffset CreatedAt { get; }

    /// <summary>What the document is about; null for acknowledgements.</summary>
    EsmpInterval? Interval { get; }
}
