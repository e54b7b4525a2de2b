using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>One audited round.</summary>
/// <param name="Chain">How the chain's word on it was held against itself; null where the round could not be had.</param>
/// <param name="Finding">Its first difference.</param>
internal sealed record VerifiedRound(Period Period, int Bids, int Trades, Price? Price, Energy Volume, CommitmentCheck? Chain, AuditFinding? Finding);

/// <summary>Whether everyone's balance is what it was and all that happened to it.</summary>
/// <param name="Members">How many were compared.</param>
/// <param name="Finding">The first that differs.</param>
/// <param name="WhyNot">Why it was not compared; null where it was.</param>
internal sealed record VerifiedBalances(int Members, AuditFinding? Finding, string? WhyNot);

/// <summary>What an audit of a span came to.</summary>
/// <param name="RulesAreAgreed">The escrow keeps the hash of just these rules; false where it keeps none. Others are a finding.</param>
internal sealed record VerifyResult(
    ulong ChainId, Address Contract, string Source, bool RulesAreAgreed, ImmutableArray<VerifiedRound> Rounds, VerifiedBalances Balances)
{
    /// <summary>A difference that is not of one round; null where there is none.</summary>
    public AuditFinding? Overall { get; init; }

    /// <summary>The first difference; null where everything follows from the bids.</summary>
    public AuditFinding? First => Overall ?? Rounds.FirstOrDefault(round => round.Finding is not null)?.Finding ?? Balances.Finding;
}
