using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Ethereum;

/// <summary>A storage slot list of EIP-2930: what a transaction announces it will touch.</summary>
public sealed record AccessListEntry(Address Account, ImmutableArray<Hash256> Slots)
{
    public bool Equals(AccessListEntry? other) =>
        other is not null && Account == other.Account && Slots.AsSpan().SequenceEqual(other.Slots.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Account, Slots.Length);

    internal static RlpItem ToRlp(ImmutableArray<AccessListEntry> list) =>
        RlpItem.List([.. list.Select(entry => RlpItem.List(
            RlpItem.Of(entry.Account.ToArray()),
            RlpItem.List([.. entry.Slots.Select(slot => RlpItem.Of(slot.ToArray()))])))]);
}
