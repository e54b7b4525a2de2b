using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Auditing;

/// <summary>
/// Looks through a committed round for what the judge would call fraud, by the judge's own questions (<c>contracts/proofs</c>). Whether it is
/// right the judge says; the search only must not miss what he would see.
/// </summary>
/// <param name="round">All that the operator committed to.</param>
/// <param name="lanes">Who is registered.</param>
/// <param name="words">The period's delta words, where balances moved with it.</param>
/// <param name="parts">The parts that they were settled by; empty for a batch in one piece.</param>
/// <param name="price">The one price that follows from the bids; null where they cannot be cleared.</param>
public sealed class FraudSearch(SettledRound round, MemberLanes lanes, ImmutableArray<BigInteger>? words, ImmutableArray<BatchPart> parts, Price? price = null)
{
    private readonly ImmutableArray<SignedBid> _bids = round.Bids.Bids;
    private readonly ImmutableArray<Trade> _trades = round.Trades.Trades;

    /// <summary>Everything that was found, the simplest first.</summary>
    public IEnumerable<FraudEvidence> All() => ImpossibleTrades().Concat(TradesBeyondBids()).Concat(OtherPrices()).Concat(UnfilledSteps()).Concat(WrongClearing()).Concat(WrongDeltas());

    private IEnumerable<FraudEvidence> ImpossibleTrades() =>
        from i in Enumerable.Range(0, _trades.Length)
        let trade = _trades[i]
        where trade.Buyer == trade.Seller || trade.Energy.WattHours == 0 || !lanes.Contains(trade.Buyer) || !lanes.Contains(trade.Seller)
        select new FraudEvidence(
            "proveImpossibleTrade", $"trade {i}", (judge, sender, settled, cancellation) => judge.ProveImpossibleTradeAsync(sender, settled, i, cancellation));

    private IEnumerable<FraudEvidence> TradesBeyondBids()
    {
        for (var i = 0; i < _trades.Length; i++)
        {
            foreach (var isBuyer in (bool[])[true, false])
            {
                if (TradeBeyondBid(i, isBuyer) is { } evidence)
                {
                    yield return evidence;
                }
            }
        }
    }

    private FraudEvidence? TradeBeyondBid(int trade, bool isBuyer)
    {
        var member = isBuyer ? _trades[trade].Buyer : _trades[trade].Seller;
        var place = round.Bids.PlaceOf(member);
        if (place == _bids.Length || _bids[place].Bid.Member != member)
        {
            return Promises(RulePromises.Bids)
                ? new FraudEvidence(
                    "proveTradeWithoutBid", $"trade {trade}, and the gap where {member} would have a bid",
                    (judge, sender, settled, cancellation) => judge.ProveTradeWithoutBidAsync(sender, settled, trade, isBuyer, cancellation))
                : null;
        }

        var bid = _bids[place].Bid;
        var offered = isBuyer ? BoughtAt(bid, BuyersPrice(_trades[trade])) : SoldAt(bid, _trades[trade].Price.MicroEurPerKWh);
        return _trades[trade].Energy.WattHours > offered
            ? new FraudEvidence(
                "proveTradeOutsideBid", $"trade {trade} and bid {place}",
                (judge, sender, settled, cancellation) => judge.ProveTradeOutsideBidAsync(sender, settled, trade, place, cancellation))
            : null;
    }

    private IEnumerable<FraudEvidence> OtherPrices()
    {
        if (!Promises(RulePromises.OnePrice))
        {
            yield break;
        }

        if (round.Trades.PremiumBid is > 0 and var named && (named > _bids.Length || _bids[named - 1].Bid is { Buy.IsEmpty: true } or { Preferences.IsNone: true }) && _bids.Length > 0)
        {
            var place = Math.Min(named, _bids.Length) - 1;
            yield return new FraudEvidence(
                "proveNoPremium", $"bid {place}", (judge, sender, settled, cancellation) => judge.ProveNoPremiumAsync(sender, settled, place, cancellation));
        }

        for (var i = 0; i < _trades.Length && round.Trades.PremiumBid == 0; i++)
        {
            var (trade, at) = (_trades[i], i);
            if (trade.Price != round.Trades.Price || trade.GridFeeAmount != Money.Zero || trade.SpreadAmount != Money.Zero)
            {
                yield return new FraudEvidence(
                    "proveOtherPrice", $"trade {i}", (judge, sender, settled, cancellation) => judge.ProveOtherPriceAsync(sender, settled, at, cancellation));
            }
        }
    }

    private IEnumerable<FraudEvidence> UnfilledSteps()
    {
        if (!Promises(RulePromises.OnePrice) || round.Trades.PremiumBid != 0)
        {
            yield break;
        }

        for (var i = 0; i < _bids.Length; i++)
        {
            var (bid, at, price) = (_bids[i].Bid, i, (Int128)round.Trades.Price.MicroEurPerKWh);
            var totals = TotalsOf(bid.Member);
            if (totals.Bought.WattHours < BoughtAt(bid, price + 1) || totals.Sold.WattHours < SoldAt(bid, price - 1))
            {
                yield return new FraudEvidence(
                    "proveUnfilledStep", $"bid {i}, and what {bid.Member} came to",
                    (judge, sender, settled, cancellation) => judge.ProveUnfilledStepAsync(sender, settled, at, cancellation));
            }
        }
    }

    private IEnumerable<FraudEvidence> WrongClearing()
    {
        if (!Promises(RulePromises.OnePrice) || round.Trades.PremiumBid != 0)
        {
            yield break;
        }

        if (round.Trades.Margins.FirstContradiction(_bids, round.Trades.Ledger) is { } place)
        {
            yield return ByExpert("proveWrongMargin", $"bid {place} and the margins", (expert, sender, settled, cancellation) => expert.ProveWrongMarginAsync(sender, settled, place, cancellation));
        }

        if (UnfairShare.Find(round.Bids, round.Trades) is { } share)
        {
            yield return ByExpert(
                "proveUnfairShare", $"bids {share.Bid} and {share.Other}, and what their members came to",
                (expert, sender, settled, cancellation) => expert.ProveUnfairShareAsync(sender, settled, share, cancellation));
        }

        if (price is { } right && right != round.Trades.Price)
        {
            yield return ByExpert("proveWrongPrice", "the price and the margins", (expert, sender, settled, cancellation) => expert.ProveWrongPriceAsync(sender, settled, cancellation));
        }
    }

    private static FraudEvidence ByExpert(
        string proof, string about, Func<ClearingProofsContract, TransactionSender, SettledRound, CancellationToken, Task<TransactionReceipt>> bring) =>
        new(proof, about, async (judge, sender, settled, cancellation) =>
            await bring(await judge.ClearingAsync(sender.Client, cancellation), sender, settled, cancellation));

    private IEnumerable<FraudEvidence> WrongDeltas()
    {
        if (words is not { } moved)
        {
            yield break;
        }

        var deltas = DeltaWords.Unpack(moved).ToDictionary(delta => delta.Lane, delta => delta.Delta);
        foreach (var member in lanes.All.Select(address => address.ToMember()))
        {
            if (deltas.GetValueOrDefault(lanes.LaneOf(member)) != TotalsOf(member).Money)
            {
                var (shown, place) = parts.IsEmpty ? (moved, PartPlace.Whole) : BatchPart.EvidenceOf(parts, lanes.LaneOf(member));
                yield return new FraudEvidence(
                    "proveWrongDelta", $"the last entry of {member}, and the deltas",
                    (judge, sender, settled, cancellation) => judge.ProveWrongDeltaAsync(sender, settled, member, shown, cancellation, place));
            }
        }
    }

    private LedgerEntry TotalsOf(MemberId member) =>
        round.Trades.Behind(member) is > 0 and var behind && round.Trades.Ledger[behind - 1] is var last && last.Member == member ? last : default;

    private bool Promises(RulePromises promise) => round.Rules.Promises.HasFlag(promise);

    // What the buyer paid on top may have been rounded up by half a unit: counted as the least that it was, as the judge does.
    private static Int128 BuyersPrice(Trade trade) =>
        trade.Price.MicroEurPerKWh + LeastPrice(trade.GridFeeAmount, trade.Energy) + LeastPrice(trade.SpreadAmount, trade.Energy);

    private static Int128 LeastPrice(Money fee, Energy energy) => fee <= Money.Zero || energy == Energy.Zero
        ? (Int128)fee.MicroEur * 1000
        : (2 * (Int128)fee.MicroEur - 1) * 500 / energy.WattHours;

    private static Int128 BoughtAt(Bid bid, Int128 price)
    {
        var premiums = (Int128)bid.Preferences.GreenPremium.MicroEurPerKWh + bid.Preferences.LocalPremium.MicroEurPerKWh + bid.Preferences.PartnerPremium.MicroEurPerKWh;
        return bid.Buy.Where(step => step.Price.MicroEurPerKWh >= price - premiums).Aggregate(Int128.Zero, (sum, step) => sum + step.Energy.WattHours);
    }

    private static Int128 SoldAt(Bid bid, Int128 price) =>
        bid.Sell.Where(step => step.Price.MicroEurPerKWh <= price).Aggregate(Int128.Zero, (sum, step) => sum + step.Energy.WattHours);
}
