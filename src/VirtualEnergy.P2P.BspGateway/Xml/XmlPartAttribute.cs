namespace VirtualEnergy.P2P.BspGateway.Xml;

/// <summary>How an instant is written.</summary>
public enum InstantForm
{
    /// <summary>Any xs:dateTime that names its zone.</summary>
    AnyZone,

    /// <summary>UTC to the second: 2026-03-21T10:00:00Z.</summary>
    Seconds,

    /// <summary>UTC to the minute: 2026-03-21T10:00Z.</summary>
    Minutes,
}

/// <summary>
/// Names the element or attribute that a property stands for. A document's record lists its parts in the order of its
/// schema; what may be absent is nullable, what may be repeated a list. One such record is the whole rule for reading and writing.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class XmlPartAttribute(string name) : Attribute
{
    public string Name => name;

    /// <summary>The name in the schema's earlier version, where it differs.</summary>
    public string? EarlierName { get; init; }

    /// <summary>True for what the schema's earlier version does not have.</summary>
    public bool New { get; init; }

    /// <summary>The protocol's rule for the text: a code list or a pattern, by name.</summary>
    public string? Rule { get; init; }

    /// <summary>The protocol's code for a wrong value here.</summary>
    public string? Fault { get; init; }

    public InstantForm Form { get; init; }

    /// <summary>Longest text.</summary>
    public int MostLength { get; init; } = 512;

    /// <summary>Smallest and largest whole number.</summary>
    public long Least { get; init; } = long.MinValue;

    public long Most { get; init; } = long.MaxValue;

    /// <summary>Most digits of a decimal, and most after its point.</summary>
    public int Digits { get; init; } = 28;

    public int Fraction { get; init; } = 28;

    /// <summary>Fewest and most items of a list.</summary>
    public int LeastItems { get; init; }

    public int MostItems { get; init; } = 10_000;
}
