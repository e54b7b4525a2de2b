using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>What somebody says, and 65 bytes (r, s, v) that are to be the signature over it.</summary>
public sealed record Signed<T>(T Content, ImmutableArray<byte> Signature)
    where T : class
{
    public bool Equals(Signed<T>? other) => other is not null && Content.Equals(other.Content) && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => Content.GetHashCode();
}
