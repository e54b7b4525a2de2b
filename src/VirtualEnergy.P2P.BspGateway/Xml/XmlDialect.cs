namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>How a protocol writes its documents.</summary>
/// <param name="ValuesAreAttributes">True where single values are attributes (UFTP), false where they are elements (ESMP).</param>
/// <param name="Rules">Code lists and patterns by name: null for a text that is right, else what is wrong with it.</param>
/// <param name="CodedIds">The rule of an identifier with a scheme, by name.</param>
internal sealed record XmlDialect(
    bool ValuesAreAttributes,
    IReadOnlyDictionary<string, Func<string, string?>> Rules,
    IReadOnlyDictionary<string, Func<CodedId, string?>> CodedIds);
