using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Evidence that a home has promised a change of its program to a balancing service provider, or that the provider has let it go: all that an exchange needs to see for itself.
/// </summary>
/// <param name="Order">The provider's order, with its signature.</param>
/// <param name="Program">The program that it changes, Wh of each of the order's periods; empty in a release.</param>
/// <param name="HomeSignature">The home's over order and program; empty in a release, which takes the provider's word alone.</param>
public sealed record ReservationEvidence(Signed<FlexibilityOrder> Order, ImmutableArray<Energy> Program, ImmutableArray<byte> HomeSignature)
{
    public bool IsRelease => Order.Content.Kind == FlexibilityOrderKind.Release;

    public bool Equals(ReservationEvidence? other) =>
        other is not null && Order.Equals(other.Order) && Program.AsSpan().SequenceEqual(other.Program.AsSpan()) && HomeSignature.AsSpan().SequenceEqual(other.HomeSignature.AsSpan());

    public override int GetHashCode() => Order.GetHashCode();
}

/// <summary>The exchange's answer to evidence.</summary>
/// <param name="Accepted">Whether the exchange goes by it. What is accepted was durable before.</param>
/// <param name="Reason">Stable code of the refusal; null where it is accepted.</param>
/// <param name="Detail">For people.</param>
public sealed record ReservationAnswer(MemberId Member, MemberId Bsp, long Id, bool Accepted, string? Reason, string? Detail);
