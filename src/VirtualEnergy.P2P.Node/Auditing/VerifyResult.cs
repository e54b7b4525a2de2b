using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>One audited round.</summary>
/// <param name="Chain">How the chain's word on it was held against itself; null where the round could not be had.</param>
/// <param name="Finding">Its first difference.</param>
internal sealed record VerifiedRound(Period Period, int Bids, int Trades, Price? Price, Energy Volume, CommitmentCheck? Chain, AuditFinding? Finding);

/// <summary>One audited metered batch.</summary>
/// <param name="Period">Metered.</param>
/// <param name="StandsOn">The trading period that it was settled with.</param>
/// <param name="Readings">Positions that rest on signed readings; <paramref name="Estimates"/> do not.</param>
/// <param name="Corrections">Of earlier periods, carried into it; of <paramref name="Unseen"/> the number before was taken as published.</param>
/// <param name="Balanced">What the community balanced itself.</param>
/// <param name="Finding">Its first difference.</param>
/// <param name="WhyNot">Why it was not audited; null where it was.</param>
internal sealed record VerifiedMetering(
    Period Period, Period StandsOn, int Readings, int Estimates, int Corrections, int Unseen, Energy Balanced, CommitmentCheck? Chain, AuditFinding? Finding, string? WhyNot);

/// <summary>Whether everyone's balance is what it was and all that happened to it.</summary>
/// <param name="Members">How many were compared.</param>
/// <param name="Finding">The first that differs.</param>
/// <param name="WhyNot">Why it was not compared; null where it was.</param>
internal sealed record VerifiedBalances(int Members, AuditFinding? Finding, string? WhyNot);

/// <summary>What an audit of a span came to.</summary>
/// <param name="RulesAreAgreed">The escrow keeps the hash of just these rules; false where it keeps none. Others are a finding.</param>
internal sealed record VerifyResult(
    ulong ChainId, Address Contract, string Source, bool RulesAreAgreed, ImmutableArray<VerifiedRound> Rounds, ImmutableArray<VerifiedMetering> Meterings,
    VerifiedBalances Balances)
{
    /// <summary>A difference that is not of one round; null where there is none.</summary>
    public AuditFinding? Overall { get; init; }

    /// <summary>The first difference: of a period the round's before that of what was metered, and the balances' last. Null where everything follows from bids and readings.</summary>
    public AuditFinding? First => Overall ?? (FirstOfRounds is { } round && FirstOfMeterings is { } metering
        ? metering.Period < round.Period ? metering : round
        : FirstOfRounds ?? FirstOfMeterings) ?? Balances.Finding;

    /// <summary>Whether the first difference is in a metered batch.</summary>
    public bool IsFirstMetered => First is { } first && ReferenceEquals(first, FirstOfMeterings);

    private AuditFinding? FirstOfRounds => Rounds.FirstOrDefault(round => round.Finding is not null)?.Finding;

    private AuditFinding? FirstOfMeterings => Meterings.FirstOrDefault(metering => metering.Finding is not null)?.Finding;
}
