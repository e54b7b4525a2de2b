using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>Whether the escrow's own memory says the same as its log.</summary>
public enum CommitmentCheck
{
    /// <summary>The commitment in the ring is of exactly this batch.</summary>
    Kept,

    /// <summary>The period has left the ring: the log is all there is, and it is the node's word.</summary>
    BeyondRing,

    /// <summary>The ring has another commitment: the node lies about one of the two.</summary>
    Differs,
}

/// <summary>What the chain has of a settled period.</summary>
/// <param name="Event">From the log.</param>
/// <param name="Metered">Hash of the metered batch that stands on it; zero if none does.</param>
/// <param name="Commitment">The log held against the ring.</param>
/// <param name="Words">The delta words, which have the log's hash; null where no balances moved, or where no call data with that hash was found.</param>
/// <param name="Lanes">The members' lanes.</param>
public sealed record SettledOnChain(
    SettledEvent Event, Hash256 Metered, CommitmentCheck Commitment, ImmutableArray<BigInteger>? Words, MemberLanes Lanes)
{
    /// <summary>The parts that the words were settled by; empty for a batch in one piece.</summary>
    public ImmutableArray<BatchPart> Parts { get; init; } = [];

    /// <summary>Only roots were kept: the period's money moves with a later one.</summary>
    public bool IsRootsOnly => Event.DeltasHash == default;

    public SettledPeriod Settled => new(Event.Period, Event.BidsRoot, Event.TradesRoot, Event.DeltasHash) { Metered = Metered };
}
