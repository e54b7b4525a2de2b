using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Balancing;

/// <summary>A home's program, which its headroom and its orders change: what it means to take through its meter.</summary>
/// <param name="Number">That of the headroom that goes with it.</param>
/// <param name="First">The first period.</param>
/// <param name="Energies">A period each, Wh; + import.</param>
public sealed record NetProgram(
    MemberId Member, MemberId Bsp, long Number, Period First, ImmutableArray<Energy> Energies)
{
    public bool Equals(NetProgram? other) =>
        other is not null && Member == other.Member && Bsp == other.Bsp && Number == other.Number && First == other.First
        && Energies.AsSpan().SequenceEqual(other.Energies.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Number);
}
