using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;

namespace VirtualEnergy.P2P.Messaging;

/// <summary>What bidders at an auctioneer or a concentrator must know; signed by it.</summary>
/// <param name="Session">When it was started, unix ms: bids name it, so that none from before counts.</param>
/// <param name="ChainId">With <paramref name="Contract"/> the domain of every signature in the cluster.</param>
/// <param name="BidLifetime">How long a bid counts at most, ms.</param>
/// <param name="PeriodSeconds">What allocations are for: unix seconds / this, a whole part of an hour.</param>
/// <param name="IsAuctioneer">The top of its cluster.</param>
public sealed record CurveMarketMessage(
    MemberId Matcher, long Session, bool IsAuctioneer, ulong ChainId, string Contract, MarketBasis Basis, long BidLifetime, int PeriodSeconds,
    ImmutableArray<byte> Signature)
{
    public bool Equals(CurveMarketMessage? other) =>
        other is not null && Matcher == other.Matcher && Session == other.Session && IsAuctioneer == other.IsAuctioneer && ChainId == other.ChainId
        && Contract == other.Contract && Basis == other.Basis && BidLifetime == other.BidLifetime && PeriodSeconds == other.PeriodSeconds
        && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Matcher, Session);
}

/// <summary>A demand curve as it came: whether it is one, the matcher judges on its own basis. Signed by the agent.</summary>
/// <param name="ExpiresAt">Unix ms.</param>
/// <param name="Demands">One for each price step; none at all takes the agent's bid out.</param>
public sealed record CurveBidMessage(
    MemberId Agent, MemberId Matcher, long Session, long Number, long ExpiresAt, ImmutableArray<Demand> Demands, ImmutableArray<byte> Signature)
{
    public bool Equals(CurveBidMessage? other) =>
        other is not null && Agent == other.Agent && Matcher == other.Matcher && Session == other.Session && Number == other.Number && ExpiresAt == other.ExpiresAt
        && Demands.AsSpan().SequenceEqual(other.Demands.AsSpan()) && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Agent, Number);
}

/// <summary>Why a payload is not a curve bid, with its number where that could be read.</summary>
/// <param name="Code">Stable, in kebab case.</param>
/// <param name="Detail">What is wrong and where; one line.</param>
public sealed record UnreadableCurve(string Code, string Detail, long? Number);

/// <summary>A bid was not taken; the agent's last one still counts. Signed by the matcher.</summary>
/// <param name="Number">The refused bid's; 0 where it could not be read.</param>
/// <param name="Detail">For people; not signed.</param>
public sealed record CurveRefusalMessage(MemberId Matcher, MemberId Agent, long Number, CurveRefusal Refusal, string? Detail, ImmutableArray<byte> Signature)
{
    public bool Equals(CurveRefusalMessage? other) =>
        other is not null && Matcher == other.Matcher && Agent == other.Agent && Number == other.Number && Refusal == other.Refusal && Detail == other.Detail
        && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Agent, Number, Refusal);
}

/// <summary>A price that answers a bid. Signed by the matcher.</summary>
/// <param name="Sequence">Rises with each of the matcher's prices: an older one said again is ignored.</param>
public sealed record CurvePriceMessage(MemberId Matcher, MemberId Agent, long Sequence, NumberedPrice Price, ImmutableArray<byte> Signature)
{
    public bool Equals(CurvePriceMessage? other) =>
        other is not null && Matcher == other.Matcher && Agent == other.Agent && Sequence == other.Sequence && Price == other.Price
        && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Agent, Sequence);
}

/// <summary>What an agent takes in a period. Signed by the matcher.</summary>
public sealed record CurveAllocationMessage(MemberId Matcher, MemberId Agent, NumberedAllocation Allocation, ImmutableArray<byte> Signature)
{
    public bool Equals(CurveAllocationMessage? other) =>
        other is not null && Matcher == other.Matcher && Agent == other.Agent && Allocation == other.Allocation
        && Signature.AsSpan().SequenceEqual(other.Signature.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Agent, Allocation);
}
