using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>A member's mandate and her 65-byte signature (r, s, v) over it.</summary>
public sealed record MandateMessage(Mandate Mandate, ImmutableArray<byte> Signature)
{
    public bool Equals(MandateMessage? other) =>
        other is not null && Mandate == other.Mandate && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => Mandate.GetHashCode();
}

/// <summary>
/// The exchange's answer to one mandate. An accepted one is signed by the exchange and was durable before it was sent; from then on
/// it is enforced.
/// </summary>
/// <param name="Number">Of the mandate; 0 where it could not be read.</param>
/// <param name="Reason">Stable code of the refusal; null when accepted.</param>
/// <param name="Detail">What is wrong, for people.</param>
/// <param name="Signature">65 bytes when accepted, else empty.</param>
public sealed record MandateReceipt(MemberId Member, ulong Number, bool Accepted, string? Reason, string? Detail, ImmutableArray<byte> Signature)
{
    public bool Equals(MandateReceipt? other) =>
        other is not null && Member == other.Member && Number == other.Number && Accepted == other.Accepted && Reason == other.Reason
        && Detail == other.Detail && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Member, Number, Accepted);
}

/// <summary>
/// How a member's money stands, as the exchange counts it: what her node trims its bids to, and the warning before bids are refused.
/// Retained, for her alone. It is advice: what counts is admission, and the chain.
/// </summary>
/// <param name="Period">The period that bids are for next.</param>
/// <param name="Outlook">What she can bid with, and how long it lasts.</param>
/// <param name="Mandate">The mandate that counts; null where she gave none.</param>
/// <param name="SpentOnDay">What was spent on that period's day.</param>
public sealed record FundsNotice(MemberId Member, Period Period, FundsOutlook Outlook, Mandate? Mandate, Money SpentOnDay)
{
    /// <summary>What the mandate leaves of the day; null where there is no bound.</summary>
    public Money? LeftOfMandate => Mandate?.Most is { } most ? most - SpentOnDay : null;
}
