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
/// <remarks>
/// An estimate from earlier days is taken as published, and so is by how much a member's funds do not reach. What is carried is held against what the auditor saw settled before, as far
/// as she did.
/// </remarks>
public sealed class MeteredAuditor(AuditedMarket market)
{
    private readonly MeterReadingSigning _signing = new(market.Domain);

    /// <summary>Who signed the reading at each place of <see cref="PublishedMetering.Readings"/>; null where nobody did.</summary>
    public ImmutableArray<Address?> SignersOf(PublishedMetering published) => 
        [.. published.Readings.AsParallel().AsOrdered().Select(reading => reading?.SignerIn(_signing))];

    /// <summary>The root of what is published, which is the chain's where it was committed to.</summary>
    /// <exception cref="OverflowException">Energies or money beyond 64 bits.</exception>
    public Hash256 RootOf(PublishedMetering published) => Claimed(published).Root;

    /// <param name="published">The exchange's word.</param>
    /// <param name="chain">What was settled.</param>
    /// <param name="recomputed">The metered period's round as it follows from its bids.</param>
    /// <param name="traded">The same as its operator committed to it, with what stands on it.</param>
    /// <param name="signatures">Who signed the readings, and whose signature does not count.</param>
    /// <param name="history">What the auditor saw settled before; null for nothing.</param>
    /// <param name="receipts">Of readings that must count by now.</param>
    public MeteredAudit Audit(
        PublishedMetering published, MeteredOnChain chain, Round recomputed, SettledRound traded, ReadingSignatures signatures, MeteringHistory? history = null,
        IReadOnlyList<HeldReadingReceipt>? receipts = null)
    {
        try
        {
            var carried = new CarriedChecks(published, history ?? new MeteringHistory(), signatures);
            var checks = new MeteredChecks(published, chain, recomputed, traded, market, signatures);
            var claimed = Claimed(published);
            var positions = claimed.Positions;
            var disorder = checks.Disorder();
            var settled = disorder is null
                ? DeviationCalculator.Settle(positions.Select(position => position.Settled.Position), published.Prices, market.Rules.Accounts) : null;
            var right = settled is null ? null : CommittedDeviations.Of(
                settled, positions.ToDictionary(position => position.Settled.Position.Member, position => position.Reading).GetValueOrDefault, market.Rules.Accounts);
            var committed = new[] { claimed, right }.FirstOrDefault(deviations => deviations?.Root == chain.Event.MeterRoot);
            var given = disorder ?? checks.Readings() ?? carried.First() ?? carried.Estimated(receipts ?? []) ?? checks.TradedAndPrices();
            var money = settled is null ? null : checks.Money(settled);
            var first = checks.OnChain(claimed.Root) ?? given ?? (settled is null ? null : checks.Outcome(settled)) ?? money;
            return new MeteredAudit(
                first is null || committed is null || first.Check == AuditCheck.Commitment ? first : first with { Evidence = EvidenceIn(committed, chain, published, traded, signatures.Forged) },
                traded, committed is not null && given is null && money is null)
            {
                IsCommitted = claimed.Root == chain.Event.MeterRoot, Unseen = carried.Unseen,
            };
        }
        catch (Exception impossible) when (impossible is OverflowException or ArgumentException or FormatException)
        {
            return new MeteredAudit(
                new AuditFinding(published.Period, AuditCheck.Positions, "what was metered", "what is published cannot be computed or booked", impossible.Message), traded, false);
        }
    }

    private CommittedDeviations Claimed(PublishedMetering published) => new(
        [.. published.Positions.Select(position => new CommittedPosition(position.Settled, CommitmentOf(position.Reading)))], published.Prices,
        new CommittedTrades(published.Trades, LedgerEntry.Book(published.Trades, [], market.Rules.Accounts), published.Prices.Long));

    private Hash256 CommitmentOf(SignedReading? reading) => reading is null ? default : _signing.Commit(reading.Energy, reading.Signature.AsSpan());

    private FraudEvidence? EvidenceIn(CommittedDeviations deviations, MeteredOnChain chain, PublishedMetering published, SettledRound traded, IReadOnlySet<int> forged)
    {
        var batch = new SettledMeteredBatch(
            market.Escrow, chain.StandsOn.Settled, chain.Event.MeteredPeriod, chain.Event.Before, chain.Event.DeltasHash, market.Committed, deviations);
        return new MeteredFraudSearch(batch, traded, [.. published.Positions.Select(position => position.Reading)], chain, market, forged).All().FirstOrDefault();
    }
}
