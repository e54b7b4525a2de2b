using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>
/// Holds what an exchange published of a metered period, and what the chain has of its batch, against what follows from the signed readings and the
/// period's trades. Pure: whose signature a member's readings bear is told to it, because only the chain knows.
/// </summary>
/// <remarks>An estimate and what is carried from earlier periods rest on more than this period: they are taken as published.</remarks>
public sealed class MeteredAuditor(AuditedMarket market)
{
    private readonly MeterReadingSigning _signing = new(market.Domain);

    /// <summary>Who signed the reading behind each position; null where nobody did.</summary>
    public ImmutableArray<Address?> SignersOf(PublishedMetering published) => [.. published.Positions.Select(position => position.Reading?.SignerIn(_signing))];

    /// <param name="published">The exchange's word.</param>
    /// <param name="chain">What was settled.</param>
    /// <param name="recomputed">The metered period's round as it follows from its bids.</param>
    /// <param name="traded">The same as its operator committed to it, with what stands on it.</param>
    /// <param name="forged">Places of positions whose reading bears another signature than the meter's.</param>
    public MeteredAudit Audit(PublishedMetering published, MeteredOnChain chain, Round recomputed, SettledRound traded, IReadOnlySet<int> forged)
    {
        try
        {
            var checks = new MeteredChecks(published, chain, recomputed, traded, market, forged, SignersOf(published));
            var positions = published.Positions.Select(position => new CommittedPosition(position.Settled, CommitmentOf(position.Reading))).ToImmutableArray();
            var claimed = new CommittedDeviations(
                positions, published.Prices,
                new CommittedTrades(published.Trades, LedgerEntry.Book(published.Trades, [], market.Rules.Accounts), published.Prices.Long));
            var disorder = checks.Disorder();
            var settled = disorder is null
                ? DeviationCalculator.Settle(positions.Select(position => position.Settled.Position), published.Prices, market.Rules.Accounts) : null;
            var right = settled is null ? null : CommittedDeviations.Of(
                settled, positions.ToDictionary(position => position.Settled.Position.Member, position => position.Reading).GetValueOrDefault, market.Rules.Accounts);
            var committed = new[] { claimed, right }.FirstOrDefault(deviations => deviations?.Root == chain.Event.MeterRoot);
            var given = disorder ?? checks.Given();
            var money = settled is null ? null : checks.Money(settled);
            var first = checks.OnChain(claimed.Root) ?? given ?? (settled is null ? null : checks.Outcome(settled)) ?? money;
            return new MeteredAudit(
                first is null || committed is null || first.Check == AuditCheck.Commitment ? first : first with { Evidence = EvidenceIn(committed, chain, published, traded, forged) },
                traded, committed is not null && given is null && money is null);
        }
        catch (Exception impossible) when (impossible is OverflowException or ArgumentException or FormatException)
        {
            return new MeteredAudit(
                new AuditFinding(published.Period, AuditCheck.Positions, "what was metered", "what is published cannot be computed or booked", impossible.Message), traded, false);
        }
    }

    private Hash256 CommitmentOf(SignedReading? reading) => reading is null ? default : _signing.Commit(reading.Energy, reading.Signature.AsSpan());

    private FraudEvidence? EvidenceIn(CommittedDeviations deviations, MeteredOnChain chain, PublishedMetering published, SettledRound traded, IReadOnlySet<int> forged)
    {
        var batch = new SettledMeteredBatch(
            market.Escrow, chain.StandsOn.Settled, chain.Event.MeteredPeriod, chain.Event.Before, chain.Event.DeltasHash, market.Committed, deviations);
        return new MeteredFraudSearch(batch, traded, [.. published.Positions.Select(position => position.Reading)], chain, market, forged).All().FirstOrDefault();
    }
}
