namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>One element of a document that was read: names, attributes, and either text or elements, never both.</summary>
internal sealed class XmlNode(string name, string @namespace)
{
    public string Name { get; } = name;

    public string Namespace { get; } = @namespace;

    /// <summary>Attributes without a namespace of their own; declarations of namespaces are not among them.</summary>
    public Dictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);

    public List<XmlNode> Children { get; } = [];

    /// <summary>The text between the tags; white space alone counts as none where there are elements.</summary>
    public string Text { get; set; } = "";
}
