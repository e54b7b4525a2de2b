using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>What a round's trades mean for one member.</summary>
public static class OwnTrades
{
    /// <summary>Wh; + bought, − sold.</summary>
    public static Energy NetEnergy(ImmutableArray<Trade> trades, MemberId member) =>
        Bought(trades, member) - Sold(trades, member);

    /// <summary>A round as far as it is the member's: her own trades and charges, and what it was for all.</summary>
    public static RoundResult Of(RoundResult result, MemberId member) => result with
    {
        Trades = [.. result.Trades.Where(trade => trade.Buyer == member || trade.Seller == member)],
        Charges = [.. result.Charges.Where(charge => charge.Member == member)],
    };

    /// <summary>
    /// True when the member trades no more than her bid offers at the trades' prices, counting as a buyer all that she pays,
    /// less the premiums that she offered for energy of the trade's quality.
    /// Without a bid, only no trade at all keeps it.
    /// </summary>
    public static bool KeepTheBid(ImmutableArray<Trade> trades, MemberId member, Bid? bid)
    {
        ImmutableArray<Trade> own = [.. trades.Where(trade => trade.Buyer == member || trade.Seller == member)];
        if (own.IsEmpty)
        {
            return true;
        }

        if (bid is null || own.Any(trade => trade.Energy <= Energy.Zero || trade.Buyer == trade.Seller))
        {
            return false;
        }

        // At every price that she trades at, she has bought at that price or above no more than she bid there, and sold alike.
        var bought = own.Where(trade => trade.Buyer == member).Select(trade => new Step(LimitFor(trade, bid), trade.Energy)).ToList();
        var sold = own.Where(trade => trade.Seller == member).Select(trade => new Step(trade.Price, trade.Energy)).ToList();
        return bought.TrueForAll(at => Total(bought.Where(step => step.Price >= at.Price)) <= Total(bid.Buy.Where(step => step.Price >= at.Price)))
            && sold.TrueForAll(at => Total(sold.Where(step => step.Price <= at.Price)) <= Total(bid.Sell.Where(step => step.Price <= at.Price)));
    }

    private static Price LimitFor(Trade trade, Bid bid) =>
        new(checked(trade.BuyerPrice.MicroEurPerKWh - bid.Preferences.Earned(QualityFor(trade, bid)).MicroEurPerKWh));

    // Who the partner is, the member knows herself; the rest stands in the community's register.
    private static Quality QualityFor(Trade trade, Bid bid) =>
        trade.Seller == bid.Preferences.Partner ? trade.Quality : trade.Quality & ~Quality.Partner;

    private static Energy Bought(ImmutableArray<Trade> trades, MemberId member) =>
        trades.Where(trade => trade.Buyer == member).Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);

    private static Energy Sold(ImmutableArray<Trade> trades, MemberId member) =>
        trades.Where(trade => trade.Seller == member).Aggregate(Energy.Zero, (sum, trade) => sum + trade.Energy);

    private static Energy Total(IEnumerable<Step> steps) => steps.Aggregate(Energy.Zero, (sum, step) => sum + step.Energy);
}
