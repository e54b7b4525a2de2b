using System.Collections.Immutable;
using System.Text;

namespace VirtualEnergy.P2P.Node.S2.Discovery;

/// <summary>A name in DNS: labels of 1 to 63 bytes of UTF-8, 255 bytes in all. Letters are equal in both cases.</summary>
public readonly record struct DnsName
{
    internal const int MostLabelBytes = 63;

    /// <summary>With a byte of length before each label and one at the end.</summary>
    internal const int MostBytes = 255;

    private readonly ImmutableArray<string> _labels;

    /// <exception cref="ArgumentException">A label is empty or too long, or the whole is.</exception>
    public DnsName(params ImmutableArray<string> labels) => _labels = IsValid(labels) ? labels : throw new ArgumentException("A label has 1 to 63 bytes, a name 255.", nameof(labels));

    public ImmutableArray<string> Labels => _labels.IsDefault ? [] : _labels;

    public static bool IsValid(ImmutableArray<string> labels) =>
        labels.All(label => Encoding.UTF8.GetByteCount(label) is > 0 and <= MostLabelBytes) && labels.Sum(label => 1 + Encoding.UTF8.GetByteCount(label)) < MostBytes;

    /// <summary>This name below another one.</summary>
    public DnsName In(DnsName parent) => new([.. Labels, .. parent.Labels]);

    public bool Equals(DnsName other) => Labels.SequenceEqual(other.Labels, StringComparer.OrdinalIgnoreCase);

    public override int GetHashCode() => Labels.Aggregate(0, (hash, label) => HashCode.Combine(hash, StringComparer.OrdinalIgnoreCase.GetHashCode(label)));

    public override string ToString() => string.Join('.', Labels);
}
