using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Balancing;

/// <summary>A home's headroom; replaces all that it said before.</summary>
/// <param name="Number">Rises with each.</param>
/// <param name="ExpiresAt">Unix ms; nothing of it is to be reserved after this.</param>
/// <param name="Spans">None: the home offers nothing.</param>
public sealed record HomeHeadroomOffer(
    MemberId Member, MemberId Bsp, long Number, long ExpiresAt, ImmutableArray<FlexibilitySpan> Spans)
{
    public bool Equals(HomeHeadroomOffer? other) =>
        other is not null && Member == other.Member && Bsp == other.Bsp && Number == other.Number && ExpiresAt == other.ExpiresAt
        && Spans.AsSpan().SequenceEqual(other.Spans.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Number);
}
