using System.Globalization;
using VirtualEnergy.P2P.BspGateway.Xml;
using VirtualEnergy.P2P.Flexibility;

namespace VirtualEnergy.P2P.BspGateway.Esmp;

/// <summary>
/// Documents of IEC 62325-451 as bytes and as records. Reading checks all that the schemas do, and identifiers; what a document
/// means is checked by <see cref="EsmpRules"/>. Nothing that is read is thrown back as an exception.
/// </summary>
public static class EsmpCodec
{
    /// <summary>The document, or what is wrong with it and as much of its header as can be read.</summary>
    public static EsmpReading Read(ReadOnlySpan<byte> bytes)
    {
        if (BoundedXml.Read(bytes, out var fault) is not { } root)
        {
            return new EsmpReading(null, default, [fault!]);
        }

        var envelope = EsmpEnvelope.Of(root);
        if (EsmpKind.Of(root.Name, root.Namespace) is not { } kind)
        {
            return new EsmpReading(null, envelope, [new XmlFault(XmlFaultKind.UnknownDocument, "", "No kind or version of document that is taken here.")]);
        }

        var binder = new XmlBinder(EsmpCodes.Dialect, kind.Earlier);
        var document = binder.Bind(kind.Type, root);
        return new EsmpReading(document is ReserveBidDocument bids && kind.Earlier ? bids with { Version = ReserveBidVersion.V72 } : (IEsmpDocument?)document, envelope, ValueList.From(binder.Faults));
    }

    /// <summary>The document as UTF-8, valid by its schema when its values are.</summary>
    /// <exception cref="ArgumentException">It would not be read back: a value outside its type, list or bounds. The message names the place.</exception>
    public static byte[] Write(IEsmpDocument document)
    {
        var kind = EsmpKind.Of(document);
        var bytes = XmlComposer.Compose(document, kind.Root, kind.Namespace, EsmpCodes.Dialect, kind.Earlier);
        return Read(bytes) is { Document: null } wrong ? throw new ArgumentException($"The document cannot be sent: {wrong.Faults[0]}", nameof(document)) : bytes;
    }
}

/// <summary>What became of reading a document.</summary>
/// <param name="Document">The document, or null.</param>
/// <param name="Envelope">What could be read of its header in any case, for the acknowledgement.</param>
/// <param name="Faults">Why there is none; at most twenty.</param>
public sealed record EsmpReading(IEsmpDocument? Document, EsmpEnvelope Envelope, ValueList<XmlFault> Faults);

/// <summary>What an acknowledgement says of the document it answers; each part null where it could not be read.</summary>
public readonly record struct EsmpEnvelope(string? MRid, int? Revision, string? Type, string? ProcessType, DateTimeOffset? CreatedAt, CodedId? Sender, string? SenderRole)
{
    internal static EsmpEnvelope Of(XmlNode root)
    {
        string? Text(string name, Func<string, string?>? rule = null) => root.Children.Find(child => child.Name == name) is { Children.Count: 0, Text: var text } && rule?.Invoke(text) is null ? text : null;

        var sender = root.Children.Find(child => child.Name == "sender_MarketParticipant.mRID") is { } party && party.Attributes.TryGetValue("codingScheme", out var scheme) ? new CodedId(party.Text, scheme) : (CodedId?)null;
        var rules = EsmpCodes.Dialect.Rules;
        return new EsmpEnvelope(
            Text("mRID", rules["Id"]),
            int.TryParse(Text("revisionNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision is >= 1 and <= 999 ? revision : null,
            Text("type", rules["Message"]),
            Text("process.processType", rules["Process"]),
            DateTimeOffset.TryParseExact(Text("createdDateTime"), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created) ? created : null,
            sender is { } id && EnergyIdentifier.WrongParty(id) is null ? id : null,
            Text("sender_MarketParticipant.marketRole.type", rules["Role"]));
    }
}
