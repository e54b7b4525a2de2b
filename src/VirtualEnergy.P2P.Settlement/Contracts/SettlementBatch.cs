using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>What one period settles on the chain: each member's net money, and the roots of the bids and trades behind it.</summary>
/// <param name="Period">Must be the one after the last settled.</param>
/// <param name="BidsRoot">Merkle root of the bids that counted.</param>
/// <param name="TradesRoot">Merkle root of the trades.</param>
/// <param name="Deltas">At most one a member, in any order; + is received, and all of them sum to zero.</param>
public sealed record SettlementBatch(Period Period, Hash256 BidsRoot, Hash256 TradesRoot, ImmutableArray<MemberDelta> Deltas)
{
    /// <summary>The batch that follows from a cleared round.</summary>
    public static SettlementBatch Of(Round round)
    {
        var commitment = RoundCommitment.Of(round);
        return new SettlementBatch(round.Period, commitment.BidsRoot, commitment.TradesRoot, round.Deltas);
    }
}
