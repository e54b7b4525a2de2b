using System.Collections;
using System.Text;
using System.Xml;

namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>Writes a record as the element it stands for, in UTF-8, in the order of its parts.</summary>
internal static class XmlComposer
{
    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(false), Indent = true, CheckCharacters = true };

    /// <exception cref="ArgumentException">A text has characters that XML cannot carry.</exception>
    public static byte[] Compose(object record, string name, string @namespace, XmlDialect dialect, bool earlier = false)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, Settings))
        {
            writer.WriteStartElement(name, @namespace);
            Content(writer, record, @namespace, dialect, earlier);
            writer.WriteEndElement();
        }

        return stream.ToArray();
    }

    private static void Content(XmlWriter writer, object record, string @namespace, XmlDialect dialect, bool earlier)
    {
        var parts = XmlShape.Of(record.GetType()).Parts;
        if (dialect.ValuesAreAttributes)
        {
            foreach (var part in parts.Where(part => part.IsSimple))
            {
                if (part.Get(record) is { } value)
                {
                    writer.WriteAttributeString(part.NameIn(earlier), XmlValues.Format(value, part.Rule));
                }
            }
        }

        foreach (var part in parts.Where(part => !(dialect.ValuesAreAttributes && part.IsSimple) && !(earlier && part.Rule.New)))
        {
            var value = part.Get(record);
            foreach (var item in part.IsList ? (IEnumerable)value! : value is null ? Array.Empty<object>() : new[] { value })
            {
                writer.WriteStartElement(part.NameIn(earlier), @namespace);
                switch (item)
                {
                    case CodedId id:
                        writer.WriteAttributeString("codingScheme", id.Scheme);
                        writer.WriteString(id.Value);
                        break;
                    case var _ when part.IsSimple:
                        writer.WriteString(XmlValues.Format(item!, part.Rule));
                        break;
                    default:
                        Content(writer, item!, @namespace, dialect, earlier);
                        break;
                }

                writer.WriteEndElement();
            }
        }
    }
}
