using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>What an audit of one round came to.</summary>
/// <param name="First">The first difference; null where all is as it follows from the bids.</param>
/// <param name="Recomputed">The round that follows from the published bids; null where they cannot be cleared.</param>
/// <param name="Committed">All that the operator committed to, for evidence; null where the chain has the roots of something that is not known.</param>
public sealed record RoundAudit(AuditFinding? First, Round? Recomputed, SettledRound? Committed)
{
    public bool IsGood => First is null;

    /// <summary>Balances on the chain moved by what follows from the bids, whatever else was said. False where that is not known.</summary>
    public bool IsMoneyRight { get; init; }
}
