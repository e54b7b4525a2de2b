using System.Text;
using System.Xml;

namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>
/// Reads XML from outside into a small tree. UTF-8 only; no document type, entities beyond XML's own five, processing
/// instructions or external anything; bytes, depth, elements and attributes are bounded, so a document costs what it weighs.
/// </summary>
internal static class BoundedXml
{
    /// <summary>A day of 100 periods for some 300 series; larger ones are refused unread.</summary>
    public const int MostBytes = 8 << 20;

    private const int MostDepth = 12;
    private const int MostNodes = 250_000;
    private const int MostAttributes = 64;
    private const int MostText = 4_096;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersFromEntities = 1,
        MaxCharactersInDocument = MostBytes,
        IgnoreComments = true,
        CheckCharacters = true,
        ConformanceLevel = ConformanceLevel.Document,
    };

    /// <summary>The outermost element, or null and the fault.</summary>
    public static XmlNode? Read(ReadOnlySpan<byte> bytes, out XmlFault? fault)
    {
        if (bytes.Length > MostBytes)
        {
            return Refuse(XmlFaultKind.TooLarge, $"{bytes.Length} bytes, more than {MostBytes}.", out fault);
        }

        try
        {
            var text = Strict.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);
            using var reader = XmlReader.Create(new StringReader(text), Settings);
            return ReadAll(reader, out fault);
        }
        catch (DecoderFallbackException)
        {
            return Refuse(XmlFaultKind.Malformed, "The bytes are not UTF-8.", out fault);
        }
        catch (XmlException wrong)
        {
            return Refuse(XmlFaultKind.Malformed, $"No XML that is read here, line {wrong.LineNumber}, position {wrong.LinePosition}.", out fault);
        }
    }

    private static XmlNode? ReadAll(XmlReader reader, out XmlFault? fault)
    {
        var (open, nodes) = (new Stack<XmlNode>(), 0);
        XmlNode? root = null;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.XmlDeclaration when reader.GetAttribute("encoding") is { } name && !name.Equals("utf-8", StringComparison.OrdinalIgnoreCase):
                    return Refuse(XmlFaultKind.Malformed, "It is declared in another encoding than UTF-8.", out fault);
                case XmlNodeType.Element:
                    if (++nodes > MostNodes || open.Count >= MostDepth || reader.AttributeCount > MostAttributes)
                    {
                        return Refuse(XmlFaultKind.Malformed, $"More than {MostNodes} elements, {MostDepth} levels or {MostAttributes} attributes.", out fault);
                    }

                    if (!TakeElement(reader, open, ref root))
                    {
                        return Refuse(XmlFaultKind.Malformed, "Text beside elements.", out fault);
                    }

                    break;
                case XmlNodeType.EndElement:
                    open.Pop();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    if (open.Peek().Children.Count > 0 && !string.IsNullOrWhiteSpace(reader.Value))
                    {
                        return Refuse(XmlFaultKind.Malformed, "Text beside elements.", out fault);
                    }

                    if (open.Peek().Text.Length + (long)reader.Value.Length > MostText)
                    {
                        return Refuse(XmlFaultKind.Malformed, $"A text of more than {MostText} characters.", out fault);
                    }

                    open.Peek().Text += reader.Value;
                    break;
                case XmlNodeType.ProcessingInstruction or XmlNodeType.EntityReference or XmlNodeType.DocumentType:
                    return Refuse(XmlFaultKind.Malformed, "Processing instructions, entities and document types are not read.", out fault);
                default:
                    break;
            }
        }

        fault = root is null ? new XmlFault(XmlFaultKind.Malformed, "", "There is no element.") : null;
        return root;
    }

    private static bool TakeElement(XmlReader reader, Stack<XmlNode> open, ref XmlNode? root)
    {
        var node = new XmlNode(reader.LocalName, reader.NamespaceURI);
        if (open.TryPeek(out var parent))
        {
            if (!string.IsNullOrWhiteSpace(parent.Text))
            {
                return false;
            }

            parent.Children.Add(node);
        }

        root ??= node;
        var isEmpty = reader.IsEmptyElement;
        while (reader.MoveToNextAttribute())
        {
            // xmlns declarations and xsi: hints say nothing of the content.
            if (reader.NamespaceURI.Length == 0)
            {
                node.Attributes[reader.LocalName] = reader.Value;
            }
        }

        if (!isEmpty)
        {
            open.Push(node);
        }

        return true;
    }

    private static XmlNode? Refuse(XmlFaultKind kind, string text, out XmlFault? fault)
    {
        fault = new XmlFault(kind, "", text);
        return null;
    }
}
