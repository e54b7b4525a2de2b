namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>What is wrong with a document, before anything is known of what it means.</summary>
public enum XmlFaultKind
{
    /// <summary>Not XML that is read here: not UTF-8, broken off, with a document type, too deep, too many elements.</summary>
    Malformed,

    /// <summary>More bytes than are read.</summary>
    TooLarge,

    /// <summary>Of no kind that is known here, by the name and namespace of its outermost element.</summary>
    UnknownDocument,

    /// <summary>An element or attribute that does not belong there, out of order, or once too often.</summary>
    Unexpected,

    /// <summary>An element or attribute that must be there and is not.</summary>
    Missing,

    /// <summary>A value outside its type, code list or bounds.</summary>
    Value,
}

/// <summary>One fault of a document: where, what, and the protocol's own code for it if it has one for that place.</summary>
/// <param name="Kind">What kind of fault.</param>
/// <param name="Path">The way to the element or attribute, as <c>Bid_TimeSeries[2]/mRID</c>; empty for the whole.</param>
/// <param name="Text">What is wrong, in words, at most 200 characters.</param>
/// <param name="Code">The protocol's code for a wrong value at this place, or null.</param>
public sealed record XmlFault(XmlFaultKind Kind, string Path, string Text, string? Code = null)
{
    public override string ToString() => Path.Length == 0 ? Text : $"{Path}: {Text}";
}
