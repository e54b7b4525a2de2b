using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>
/// Holds what an exchange published of a round, and what the chain has of it, against what follows from the bids. Pure: whoever has the same
/// bids and the same chain finds the same first difference.
/// </summary>
public sealed class RoundAuditor(AuditedMarket market)
{
    /// <param name="published">The exchange's word.</param>
    /// <param name="chain">What was settled; null where the round is not, or the chain is not asked.</param>
    /// <param name="carried">Deltas of earlier periods that move with this one, where balances do not move in every period.</param>
    /// <param name="receipts">The auditor's own receipts of the period.</param>
    public RoundAudit Audit(
        PublishedRound published, SettledOnChain? chain, IReadOnlyList<MemberDelta>? carried = null, IReadOnlyList<HeldReceipt>? receipts = null)
    {
        ImmutableArray<SignedBid> signed = [.. published.Bids.Select(bid => bid.Signed)];
        try
        {
            var bids = new CommittedBids(signed);
            var disorder = bids.FirstDisorder();
            var recomputed = disorder is null ? Recompute(published, signed) : null;
            var rightTrades = recomputed is null ? null : CommittedTrades.Of(recomputed);
            var saidTrades = SaidTrades(published, signed, recomputed, rightTrades);
            var committed = chain is null || bids.Root != chain.Event.BidsRoot ? null
                : new[] { saidTrades, rightTrades }.FirstOrDefault(trades => trades?.Root == chain.Event.TradesRoot) is { } trades
                    ? new SettledRound(market.Escrow, chain.Settled, market.Committed, bids, trades) : null;

            var money = chain is null || recomputed is null ? null : new DeltaCheck(recomputed, chain, carried ?? []).First();
            var first = OnChain(published, chain, bids)
                ?? new BidChecks(market, published.Period, bids).First(chain?.Lanes, receipts ?? [])
                ?? TradesOnChain(published, chain, saidTrades, rightTrades)
                ?? new OutcomeChecks(published, recomputed, bids.Root, rightTrades).First()
                ?? money;
            return new RoundAudit(first is null ? null : WithEvidence(first, committed, recomputed, chain, carried is { Count: > 0 }), recomputed, committed)
            {
                IsMoneyRight = chain is not null && recomputed is not null && money is null && bids.Root == chain.Event.BidsRoot,
            };
        }
        catch (Exception impossible) when (impossible is OverflowException or ArgumentException or FormatException)
        {
            return new RoundAudit(
                new AuditFinding(published.Period, AuditCheck.Trades, "the round", "what is published cannot be cleared or booked", impossible.Message)
                {
                    Evidence = chain is null ? null : FraudEvidence.Withheld("the heads of the round"),
                },
                null, null);
        }
    }

    private Round Recompute(PublishedRound published, ImmutableArray<SignedBid> signed) => market.Rules.RealTimePrice is null
        ? published.Recompute(market.Rules)
        // Broadcast prices follow from meters, not from bids: what is checked here is that nothing else came of the round.
        : new Round(published.Period, signed, new Clearing(published.Price, null, Energy.Zero, []), [], []);

    private CommittedTrades SaidTrades(PublishedRound published, ImmutableArray<SignedBid> signed, Round? recomputed, CommittedTrades? right)
    {
        var isRight = recomputed is not null && published.Price == recomputed.Clearing.Price
            && published.Trades.AsSpan().SequenceEqual(recomputed.Trades.AsSpan()) && published.Charges.AsSpan().SequenceEqual(recomputed.Clearing.Charges.AsSpan());
        return isRight ? right! : CommittedTrades.Of(new Round(
            published.Period, signed, new Clearing(published.Price, published.Interval, published.Volume, []) { Charges = published.Charges },
            published.Trades, published.Deltas) { Accounts = market.Rules.Accounts });
    }

    private static AuditFinding? OnChain(PublishedRound published, SettledOnChain? chain, CommittedBids bids)
    {
        if (chain is null)
        {
            return null;
        }

        if (chain.Commitment == CommitmentCheck.Differs)
        {
            return new AuditFinding(
                published.Period, AuditCheck.Commitment, "the commitment", "the log says that the period was settled with other roots or deltas than the contract keeps",
                "one of the two is false: ask another node");
        }

        return bids.Root == chain.Event.BidsRoot ? null : new AuditFinding(
            published.Period, AuditCheck.BidsRoot, "the bids", $"{bids.Bids.Length} bids with root {bids.Root} are published",
            $"the chain has root {chain.Event.BidsRoot}: other bids counted than these");
    }

    // After the bids themselves: the margins in the root are theirs.
    private static AuditFinding? TradesOnChain(PublishedRound published, SettledOnChain? chain, CommittedTrades said, CommittedTrades? right) =>
        chain is null || said.Root == chain.Event.TradesRoot ? null : new AuditFinding(
            published.Period, AuditCheck.TradesRoot, "the trades", $"{said.Trades.Length} trades with root {said.Root} are published",
            $"the chain has root {chain.Event.TradesRoot}: " + (right?.Root == chain.Event.TradesRoot ? "that of the trades that follow from the bids" : "other trades than these"));

    // Where money of several periods moved together, no proof of one period is about it.
    private static AuditFinding WithEvidence(AuditFinding finding, SettledRound? committed, Round? recomputed, SettledOnChain? chain, bool isOfSeveral)
    {
        if (finding.Evidence is not null || chain is null || finding.Check == AuditCheck.Commitment)
        {
            return finding;
        }

        return finding with
        {
            Evidence = committed is null
                ? FraudEvidence.Withheld("the heads of the round")
                : new FraudSearch(committed, chain.Lanes, isOfSeveral ? null : chain.Words, chain.Parts, recomputed is null ? null : CommittedTrades.PriceOf(recomputed))
                    .All().FirstOrDefault(),
        };
    }
}
