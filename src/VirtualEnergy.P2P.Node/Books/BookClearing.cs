using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>The answer for one book, in the book's own units.</summary>
/// <param name="Volume">Quantity bought = quantity sold.</param>
/// <param name="Price">
/// The uniform price that buyers pay, a grid fee of the whole book included; for other mechanisms the mean that sellers get. Null when nothing trades.
/// </param>
/// <param name="PriceLow">Low end of the competitive interval; null when nothing trades or the mechanism has none.</param>
/// <param name="PriceHigh">High end.</param>
/// <param name="Surplus">Σ limit × fill of the bids − Σ (limit + fees) × fill of the offers.</param>
/// <param name="Fills">Quantity filled of every order that was filled.</param>
/// <param name="Trades">Pairs of order ids; never two orders of one actor.</param>
/// <param name="Rejected">Orders that were left out, with their reason code.</param>
public sealed record BookResult(
    decimal Volume,
    decimal? Price,
    decimal? PriceLow,
    decimal? PriceHigh,
    decimal Surplus,
    ImmutableArray<(string Id, decimal Quantity)> Fills,
    ImmutableArray<BookTrade> Trades,
    ImmutableArray<(string Id, string Reason)> Rejected)
{
    /// <summary>What actors pay beside their trades.</summary>
    public ImmutableArray<(string Actor, decimal Amount)> Charges { get; init; } = [];
}

/// <summary>One trade of a book: the ids of the two orders, the quantity, and per unit what the buyer pays in all, what the seller gets, and the fees in between.</summary>
public readonly record struct BookTrade(string Buy, string Sell, decimal Quantity, decimal Price, decimal SellPrice, decimal Fee);

/// <summary>Clears a loose book, in whatever units it is, with the market's own integer mechanisms.</summary>
public static class BookClearing
{
    /// <param name="book">The book.</param>
    /// <param name="kind">How it is cleared.</param>
    /// <param name="seed">Chance, for a mechanism that draws lots.</param>
    /// <exception cref="UserErrorException">The book's numbers are too large to be cleared exactly, or the mechanism knows no fees.</exception>
    public static BookResult Clear(Book book, MechanismKind kind = MechanismKind.Uniform, Hash256 seed = default)
    {
        var auction = BookAuction.Of(book, kind);
        return BookAuction.Exactly(() => ToResult(auction.Clear(auction.Orders, seed), auction));
    }

    private static BookResult ToResult(Clearing clearing, BookAuction auction) => new(
        auction.Of(clearing.Volume),
        BookAuction.Of(clearing.Price),
        BookAuction.Of(clearing.Interval?.Low),
        BookAuction.Of(clearing.Interval?.High),
        Surplus(clearing, auction),
        ImmutableArray.CreateRange(clearing.Fills, fill => (auction.IdOf[fill.Order], auction.Of(fill.Energy))),
        TradesOf(clearing.Lots, auction),
        auction.Rejected)
    {
        Charges = [.. clearing.Charges.Select(charge => (charge.Member.Value, auction.Of(charge.Amount)))],
    };

    private static ImmutableArray<BookTrade> TradesOf(ImmutableArray<Lot> lots, BookAuction auction)
    {
        // Room for exactly what there is in the two cases in which there may be millions: one lot, or a lot for each trade.
        var trades = ImmutableArray.CreateBuilder<BookTrade>(lots.Length);
        foreach (var lot in lots)
        {
            // The auction runs on delivered prices, so a fee of the whole book is in the seller's price and comes off here.
            var (pays, gets) = (BookAuction.Of(lot.BuyerPrice), BookAuction.Of(lot.Price) - auction.GridFee);
            var fee = BookAuction.Of(lot.GridFee) + auction.GridFee;
            if (lot.Fills is [{ Order.Side: Side.Buy } bought, { Order.Side: Side.Sell } sold])
            {
                trades.Add(new BookTrade(auction.IdOf[bought.Order], auction.IdOf[sold.Order], auction.Of(bought.Energy), pays, gets, fee));
                continue;
            }

            var buys = lot.Fills.Where(fill => fill.Order.Side == Side.Buy).ToList();
            var sells = lot.Fills.Where(fill => fill.Order.Side == Side.Sell).ToList();
            var pairs = Pairing.Match([.. buys.Select(ToClaim)], [.. sells.Select(ToClaim)]);
            var needed = trades.Count + pairs.Length;
            trades.Capacity = needed <= trades.Capacity || lots.Length == 1 ? Math.Max(needed, trades.Capacity) : Math.Max(needed, 2 * trades.Capacity);
            foreach (var pair in pairs)
            {
                trades.Add(new BookTrade(auction.IdOf[buys[pair.Buyer].Order], auction.IdOf[sells[pair.Seller].Order], auction.Of(pair.Energy), pays, gets, fee));
            }
        }

        return trades.DrainToImmutable();
    }

    private static BigInteger ValueAt(Price price, Fill fill) =>
        (fill.Order.Side == Side.Buy ? BigInteger.One : BigInteger.MinusOne) * price.MicroEurPerKWh * fill.Energy.WattHours;

    private static Claim ToClaim(Fill fill) => new(fill.Order.Member, ZoneId.Unnamed, fill.Energy);

    private static decimal Surplus(Clearing clearing, BookAuction auction)
    {
        // A market order names no limit: what it pays or gets is taken for its value.
        var limits = clearing.Fills.Where(fill => !auction.IsMarketOrder(fill.Order)).Aggregate(BigInteger.Zero, (sum, fill) => sum + ValueAt(fill.Order.Price, fill))
            + clearing.Lots.Aggregate(BigInteger.Zero, (sum, lot) => lot.Fills.Where(fill => auction.IsMarketOrder(fill.Order))
                .Aggregate(sum, (part, fill) => part + ValueAt(fill.Order.Side == Side.Buy ? lot.BuyerPrice : lot.Price, fill)));
        var scaled = clearing.Lots.Where(lot => lot.GridFee != default).Aggregate(limits, (sum, lot) =>
            sum - lot.Fills.Where(fill => fill.Order.Side == Side.Buy).Aggregate(BigInteger.Zero, (fees, fill) => fees + (BigInteger)lot.GridFee.MicroEurPerKWh * fill.Energy.WattHours));
        var unit = (BigInteger)BookAuction.PriceScale * auction.QuantityScale;
        var whole = BigInteger.DivRem(scaled, unit, out var rest);
        try
        {
            return (decimal)whole + (decimal)rest / (decimal)unit;
        }
        catch (OverflowException)
        {
            throw new UserErrorException("The book's surplus is too large to be written exactly.");
        }
    }
}
