using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>What the chain has of a metered batch.</summary>
/// <param name="Event">From the log.</param>
/// <param name="StandsOn">The trading period that the batch stands on; its commitment is of both.</param>
/// <param name="Words">The batch's delta words, which have the log's hash; null where no call data with that hash was found.</param>
public sealed record MeteredOnChain(SettledMeteredEvent Event, SettledOnChain StandsOn, ImmutableArray<BigInteger>? Words)
{
    /// <inheritdoc cref="SettledOnChain.Parts"/>
    public ImmutableArray<BatchPart> Parts { get; init; } = [];

    public MemberLanes Lanes => StandsOn.Lanes;
}
