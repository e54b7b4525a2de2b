using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>What a round's trades mean for one member.</summary>
public static class OwnTrades
{
    /// <summary>Wh; + bought, − sold.</summary>
    public static Energy NetEnergy(ImmutableArray<Trade> trades, MemberId member) =>
        Bought(trades, member) - Sold(trades, member);

    /// <summary>
    /// True when the member trades no more than her bid offers at the trades' prices, and on one side only. Without a bid,
    /// only no trade at all keeps it.
    /// </summary>
    public static bool KeepTheBid(ImmutableArray<Trade> trades, MemberId member, Bid? bid)
    {
        var own = trades.Where(trade => trade.Buyer == member || trade.Seller == member).ToList();
        if (own.Count == 0)
        {
            return true;
        }

        if (bid is null || own.Any(trade => trade.Price != own[0].Price || trade.Energy <= Energy.Zero || trade.Buyer == trade.Seller))
        {
            return false;
        }

        var price = own[0].Price;
        var (bought, sold) = (Bought(trades, member), Sold(trades, member));
        return (bought == Energy.Zero || sold == Energy.Zero)
            && bought <= Total(bid.Buy.Where(step => step.Price >= price))
            && sold <= Total(bid.Sell.Where(step => step.Price <= price));
    }

    private static Energy Bought(ImmutableArray<Trade> trades, MemberId member) =>
        trades.Where(trade => trade.Buyer == member).Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);

    private static Energy Sold(ImmutableArray<Trade> trades, MemberId member) =>
        trades.Where(trade => trade.Seller == member).Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);

    private static Energy Total(IEnumerable<Step> steps) => steps.Aggregate(Energy.Zero, (sum, step) => sum + step.Energy);
}
