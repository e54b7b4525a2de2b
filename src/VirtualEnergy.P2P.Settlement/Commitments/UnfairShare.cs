using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>Two bids that do not share in what is left at the one price as market rule 4 says.</summary>
/// <remarks>
/// Pro rata in whole Wh, largest remainder first: of a step of q Wh its bidder gets more than q·r − 1 and less than q·r + 1, with one
/// r for all. Where (x − 1) / q of one is at least (y + 1) / s of another, there is no such r.
/// </remarks>
/// <param name="Bid">Place of the bid that got too much.</param>
/// <param name="Other">Place of the bid that got too little.</param>
/// <param name="OfBuyers">Whether it is what they buy, or what they sell.</param>
public readonly record struct UnfairShare(int Bid, int Other, bool OfBuyers)
{
    /// <summary>The pair that gives itself away most, where one does; null where all shares can be fair, or premiums excuse them.</summary>
    public static UnfairShare? Find(CommittedBids bids, CommittedTrades trades)
    {
        if (trades.PremiumBid != 0)
        {
            return null;
        }

        var totals = LedgerEntry.LastOf(trades.Ledger);
        return Find(bids, trades.Price, totals, ofBuyers: true) ?? Find(bids, trades.Price, totals, ofBuyers: false);
    }

    private static UnfairShare? Find(CommittedBids bids, Price price, IReadOnlyDictionary<MemberId, LedgerEntry> totals, bool ofBuyers)
    {
        (int Bid, Int128 Got, Int128 Step)? most = null, least = null;
        for (var i = 0; i < bids.Bids.Length; i++)
        {
            var (got, step) = ShareOf(bids.Bids[i].Bid, price, totals, ofBuyers);
            if (step == 0)
            {
                continue;
            }

            most = most is { } high && (high.Got - 1) * step >= (got - 1) * high.Step ? most : (i, got, step);
            least = least is { } low && (low.Got + 1) * step <= (got + 1) * low.Step ? least : (i, got, step);
        }

        return most is { } above && least is { } below && (above.Got - 1) * below.Step >= (below.Got + 1) * above.Step
            ? new UnfairShare(above.Bid, below.Bid, ofBuyers)
            : null;
    }

    /// <summary>What a bid offers at the price itself, and what of that it got: all that its better steps do not account for.</summary>
    private static (Int128 Got, Int128 Step) ShareOf(Bid bid, Price price, IReadOnlyDictionary<MemberId, LedgerEntry> totals, bool ofBuyers)
    {
        var total = totals.GetValueOrDefault(bid.Member);
        var (steps, side) = ofBuyers ? (bid.Buy, total.Bought) : (bid.Sell, total.Sold);
        var (better, step) = (Int128.Zero, Int128.Zero);
        foreach (var offered in steps)
        {
            if (offered.Price == price)
            {
                step += offered.Energy.WattHours;
            }
            else if (ofBuyers == offered.Price > price)
            {
                better += offered.Energy.WattHours;
            }
        }

        return (side.WattHours - better, step);
    }
}
