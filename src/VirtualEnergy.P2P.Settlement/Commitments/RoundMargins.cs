using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>A price that bounds the one price, and whose step it is.</summary>
/// <param name="Price">µEUR/kWh.</param>
/// <param name="Bid">Place among the bids.</param>
public readonly record struct RoundMargin(Price Price, int Bid);

/// <summary>
/// What a round's one price follows from (market rule 4): of each side the worst step that is filled, at least in part, and the best that is not, or
/// not whole. Null where there is none. With these committed to, a price a tick off has a proof of a few words.
/// </summary>
/// <remarks>
/// keccak-256 of <c>abi.encode(int64 buy, uint64 buyBid, int64 sell, uint64 sellBid, int64 unfilledBuy, uint64 unfilledBuyBid, int64 unfilledSell,
/// uint64 unfilledSellBid)</c>, where a bid is one more than its place, and 0, with a price of 0, where there is none.
/// </remarks>
public readonly record struct RoundMargins(RoundMargin? Buy, RoundMargin? Sell, RoundMargin? UnfilledBuy, RoundMargin? UnfilledSell)
{
    private const int Words = 8;

    /// <summary>The margins of bids whose members came to what the ledger says, each filled along its steps from the best.</summary>
    public static RoundMargins Of(ImmutableArray<SignedBid> bids, ImmutableArray<LedgerEntry> ledger)
    {
        var totals = LedgerEntry.LastOf(ledger);
        var margins = default(RoundMargins);
        for (var i = 0; i < bids.Length; i++)
        {
            var own = OwnOf(bids[i].Bid, i, totals);
            margins = new RoundMargins(
                own.Buy is { } buy && !(margins.Buy?.Price <= buy.Price) ? buy : margins.Buy,
                own.Sell is { } sell && !(margins.Sell?.Price >= sell.Price) ? sell : margins.Sell,
                own.UnfilledBuy is { } low && !(margins.UnfilledBuy?.Price >= low.Price) ? low : margins.UnfilledBuy,
                own.UnfilledSell is { } high && !(margins.UnfilledSell?.Price <= high.Price) ? high : margins.UnfilledSell);
        }

        return margins;
    }

    /// <summary>The place of a bid that contradicts these margins; null where none does.</summary>
    public int? FirstContradiction(ImmutableArray<SignedBid> bids, ImmutableArray<LedgerEntry> ledger)
    {
        var totals = LedgerEntry.LastOf(ledger);
        var namesNoBid = new[] { Buy, Sell, UnfilledBuy, UnfilledSell }.Any(margin => margin?.Bid >= bids.Length);
        for (var i = 0; i < bids.Length; i++)
        {
            var own = OwnOf(bids[i].Bid, i, totals);
            var isBeyond = (own.Buy is { } buy && !(Buy?.Price <= buy.Price)) || (own.Sell is { } sell && !(Sell?.Price >= sell.Price))
                || (own.UnfilledBuy is { } low && !(UnfilledBuy?.Price >= low.Price)) || (own.UnfilledSell is { } high && !(UnfilledSell?.Price <= high.Price));
            var isNamedFalsely = (Buy?.Bid == i && Buy != own.Buy) || (Sell?.Bid == i && Sell != own.Sell)
                || (UnfilledBuy?.Bid == i && UnfilledBuy != own.UnfilledBuy) || (UnfilledSell?.Bid == i && UnfilledSell != own.UnfilledSell);
            if (namesNoBid || isBeyond || isNamedFalsely)
            {
                return i;
            }
        }

        return null;
    }

    public Hash256 Hash
    {
        get
        {
            var hash = new StructHash(Words);
            foreach (var word in ToWords())
            {
                hash.AddSigned(word);
            }

            return hash.Finish();
        }
    }

    internal long[] ToWords() => [.. new[] { Buy, Sell, UnfilledBuy, UnfilledSell }.SelectMany(
        margin => margin is { } step ? new[] { step.Price.MicroEurPerKWh, step.Bid + 1L } : [0, 0])];

    private static RoundMargins OwnOf(Bid bid, int place, IReadOnlyDictionary<MemberId, LedgerEntry> totals)
    {
        var total = totals.GetValueOrDefault(bid.Member);
        var (buy, unfilledBuy) = Along(bid.Buy, total.Bought, place);
        var (sell, unfilledSell) = Along(bid.Sell, total.Sold, place);
        return new RoundMargins(buy, sell, unfilledBuy, unfilledSell);
    }

    private static (RoundMargin? Filled, RoundMargin? Unfilled) Along(ImmutableArray<Step> steps, Energy total, int place)
    {
        var (left, filled) = ((Int128)total.WattHours, (RoundMargin?)null);
        foreach (var step in steps)
        {
            filled = left > 0 ? new RoundMargin(step.Price, place) : filled;
            if (left < step.Energy.WattHours)
            {
                return (filled, new RoundMargin(step.Price, place));
            }

            left -= step.Energy.WattHours;
        }

        return (filled, null);
    }
}
