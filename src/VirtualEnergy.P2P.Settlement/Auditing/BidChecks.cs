using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>Whether bids are what their members signed, one each, and none is missing that the auditor knows of.</summary>
internal sealed class BidChecks(AuditedMarket market, Period period, CommittedBids committed)
{
    /// <summary>A bid of an older period is looked for as far back: two days of quarter hours.</summary>
    private const int OldestReplay = 192;

    private readonly ImmutableArray<SignedBid> _bids = committed.Bids;

    public AuditFinding? First(MemberLanes? lanes, IReadOnlyList<HeldReceipt> receipts) => Order() ?? Signatures() ?? Membership(lanes) ?? Receipts(receipts);

    private AuditFinding? Order() => committed.FirstDisorder() is not { } place ? null
        : new AuditFinding(
            period, AuditCheck.BidOrder, $"bid {place}, of {_bids[place].Bid.Member}", $"it stands behind that of {_bids[place - 1].Bid.Member}",
            "bids ascend by member, and each has one")
        {
            Evidence = new FraudEvidence(
                "proveBidsOutOfOrder", $"bids {place - 1} and {place}",
                (judge, sender, round, cancellation) => judge.ProveBidsOutOfOrderAsync(sender, round, place, cancellation)),
        };

    private AuditFinding? Signatures() => market.Bids.FirstForged(_bids, market.Signers) is { } place ? Unsigned(place) : null;

    private AuditFinding Unsigned(int place)
    {
        var signed = _bids[place];
        var signer = Signature.TryParse(signed.Signature.AsSpan(), out var signature) ? signature.Recover(signed.Hash) : null;
        var hash = HashOrNull(signed.Bid);
        var what = $"bid {place}, of {signed.Bid.Member}";
        if (signer?.ToMember() != signed.Bid.Member)
        {
            return new AuditFinding(
                period, AuditCheck.BidSignature, what, $"it counted with a signature of {signer?.ToString() ?? "nobody"}", "only its member can have made it")
            {
                Evidence = new FraudEvidence(
                    "proveForgedSignature", $"bid {place} and its signature",
                    (judge, sender, round, cancellation) => judge.ProveForgedSignatureAsync(sender, round, place, cancellation)),
            };
        }

        // She signed what has this hash; what was published has another. Most likely what she signed is of another period.
        var original = Enumerable.Range(1, OldestReplay).Select(back => signed.Bid with { Period = new Period(period.Index - back) })
            .FirstOrDefault(older => older.Period.Index >= 0 && HashOrNull(older) == signed.Hash);
        return new AuditFinding(
            period, AuditCheck.BidSignature, what, $"it is published with the hash {signed.Hash}",
            original is null ? $"as published it has the hash {hash?.ToString() ?? "of no bid"}, which its member did not sign" : $"its member signed it for period {original.Period}")
        {
            Evidence = original is null
                ? FraudEvidence.Withheld($"bid {place}")
                : new FraudEvidence(
                    "proveForeignBid", $"bid {place} as its member signed it",
                    (judge, sender, round, cancellation) => judge.ProveForeignBidAsync(sender, round, place, original, cancellation)),
        };
    }

    private AuditFinding? Membership(MemberLanes? lanes)
    {
        var stranger = lanes is null ? null : _bids.FirstOrDefault(signed => !lanes.Contains(signed.Bid.Member));
        return stranger is null ? null
            : new AuditFinding(period, AuditCheck.Membership, $"the bid of {stranger.Bid.Member}", "it counted", "its member is not registered with the contract");
    }

    private AuditFinding? Receipts(IReadOnlyList<HeldReceipt> receipts)
    {
        foreach (var held in receipts.Where(held => held.Bid.Period == period))
        {
            var place = committed.PlaceOf(held.Bid.Member);
            var counted = place < _bids.Length && _bids[place].Bid.Member == held.Bid.Member ? _bids[place] : null;
            if (counted?.Bid.Number > held.Bid.Number || counted?.Hash == held.Bid.Bid)
            {
                continue;
            }

            return new AuditFinding(
                period, AuditCheck.Receipt, $"the bid of {held.Bid.Member}",
                counted is null ? "no bid of hers counted" : $"bid number {counted.Bid.Number} counted, {counted.Hash}",
                $"the exchange acknowledged number {held.Bid.Number}, {held.Bid.Bid}")
            {
                Evidence = new FraudEvidence(
                    "proveMissingBid", "the receipt, and the gap where the bid would be",
                    (judge, sender, round, cancellation) => judge.ProveMissingBidAsync(sender, round, held.Bid, held.Signature, cancellation)),
            };
        }

        return null;
    }

    private Hash256? HashOrNull(Bid bid)
    {
        try
        {
            return market.Bids.Hash(bid);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return null; // Not even hashable.
        }
    }
}
