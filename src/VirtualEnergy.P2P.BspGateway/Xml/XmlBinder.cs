using System.Globalization;
using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>Makes a record of an element that was read, by the record's own parts: every element known, in order, as often as it may be, every value right.</summary>
internal sealed class XmlBinder(XmlDialect dialect, bool earlier = false)
{
    private const int MostFaults = 20;

    private readonly List<XmlFault> _faults = [];

    /// <summary>What was wrong, in the document's order, the first twenty.</summary>
    public IReadOnlyList<XmlFault> Faults => _faults;

    /// <summary>The record, or null when <see cref="Faults"/> has any.</summary>
    public T? Bind<T>(XmlNode node)
        where T : class
        => (T?)Bind(typeof(T), node);

    /// <summary>The record of that type, or null when <see cref="Faults"/> has any.</summary>
    public object? Bind(Type type, XmlNode node)
    {
        var made = Element(XmlShape.Of(type), node, "");
        return _faults.Count == 0 ? made : null;
    }

    private object Element(XmlShape shape, XmlNode node, string path)
    {
        var made = RuntimeHelpers.GetUninitializedObject(shape.Type);
        var (at, known) = (0, 0);
        foreach (var part in shape.Parts)
        {
            if (earlier && part.Rule.New)
            {
                continue;
            }

            if (dialect.ValuesAreAttributes && part.IsSimple)
            {
                known += Attribute(made, part, node, path) ? 1 : 0;
            }
            else
            {
                at = Elements(made, part, node, at, path);
            }
        }

        if (at < node.Children.Count)
        {
            Add(XmlFaultKind.Unexpected, Join(path, node.Children[at].Name), "It does not belong here, or not in this order.");
        }

        if (node.Children.Count == 0 && !string.IsNullOrWhiteSpace(node.Text))
        {
            Add(XmlFaultKind.Unexpected, path, "Text where there are no words.");
        }

        if (known < node.Attributes.Count)
        {
            Add(XmlFaultKind.Unexpected, path, "An attribute that is not known here.");
        }

        return made;
    }

    private bool Attribute(object made, XmlShape.Part part, XmlNode node, string path)
    {
        var name = part.NameIn(earlier);
        if (!node.Attributes.TryGetValue(name, out var text))
        {
            if (!part.MayBeAbsent)
            {
                Add(XmlFaultKind.Missing, Join(path, name), "It is missing.");
            }

            return false;
        }

        if (Simple(part, text, Join(path, name)) is { } value)
        {
            part.Set(made, value);
        }

        return true;
    }

    private int Elements(object made, XmlShape.Part part, XmlNode node, int at, string path)
    {
        var (name, items) = (part.NameIn(earlier), part.IsList ? new List<object>() : null);
        var count = 0;
        while (at < node.Children.Count && node.Children[at].Name == name && (count == 0 || part.IsList) && _faults.Count < MostFaults)
        {
            var child = node.Children[at++];
            count++;
            var here = part.IsList ? string.Create(CultureInfo.InvariantCulture, $"{Join(path, name)}[{count}]") : Join(path, name);
            if (child.Namespace != node.Namespace)
            {
                Add(XmlFaultKind.Unexpected, here, "It is of another namespace.");
            }
            else if (Value(part, child, here) is { } value)
            {
                if (items is null)
                {
                    part.Set(made, value);
                }
                else
                {
                    items.Add(value);
                }
            }
        }

        if (count == 0 && !part.MayBeAbsent)
        {
            Add(XmlFaultKind.Missing, Join(path, name), "It is missing.");
        }
        else if (part.IsList && (count < part.Rule.LeastItems || count > part.Rule.MostItems))
        {
            Add(XmlFaultKind.Value, Join(path, name), $"{part.Rule.LeastItems} to {part.Rule.MostItems} of them, not {count}.");
        }

        if (items is not null && _faults.Count == 0)
        {
            part.Set(made, part.MakeList!(items));
        }

        return at;
    }

    private object? Value(XmlShape.Part part, XmlNode node, string path)
    {
        if (part.Of == typeof(CodedId))
        {
            return Coded(part, node, path);
        }

        if (!part.IsSimple)
        {
            return Element(XmlShape.Of(part.Of), node, path);
        }

        if (node.Children.Count > 0 || node.Attributes.Count > 0)
        {
            Add(XmlFaultKind.Unexpected, path, "A value has neither elements nor attributes.");
            return null;
        }

        return Simple(part, node.Text, path);
    }

    private CodedId? Coded(XmlShape.Part part, XmlNode node, string path)
    {
        if (!node.Attributes.TryGetValue("codingScheme", out var scheme) || node.Attributes.Count != 1 || node.Children.Count > 0)
        {
            Add(XmlFaultKind.Missing, path, "The attribute codingScheme, and no other, belongs to an identifier.");
            return null;
        }

        var id = new CodedId(node.Text, scheme);
        if (dialect.CodedIds[part.Rule.Rule!](id) is { } wrong)
        {
            Add(XmlFaultKind.Value, path, wrong, part.Rule.Fault);
            return null;
        }

        return id;
    }

    private object? Simple(XmlShape.Part part, string text, string path)
    {
        var value = XmlValues.Parse(part.Of, text, part.Rule);
        var wrong = value is null ? $"\"{Shown(text)}\" is no right value." : part.Rule.Rule is { } rule ? dialect.Rules[rule](text) : null;
        if (wrong is null)
        {
            return value;
        }

        Add(XmlFaultKind.Value, path, wrong, part.Rule.Fault);
        return null;
    }

    private void Add(XmlFaultKind kind, string path, string text, string? code = null)
    {
        if (_faults.Count < MostFaults)
        {
            _faults.Add(new XmlFault(kind, Shown(path, 120), text, code));
        }
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}/{name}";

    // What a stranger wrote is shown short and without control characters.
    private static string Shown(string text, int most = 40)
    {
        var clean = string.Concat(text.Take(most).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '?' : letter));
        return clean.Length < text.Length ? clean + "…" : clean;
    }
}
