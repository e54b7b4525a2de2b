using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>The answer for one book, in the book's own units.</summary>
/// <param name="Volume">Quantity bought = quantity sold.</param>
/// <param name="Price">The uniform price that buyers pay, any grid fee included; null when nothing trades.</param>
/// <param name="PriceLow">Low end of the competitive interval; null when nothing trades.</param>
/// <param name="PriceHigh">High end.</param>
/// <param name="Surplus">Σ limit × fill of the bids − Σ (limit + grid fee) × fill of the offers.</param>
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
    ImmutableArray<(string Id, string Reason)> Rejected);

/// <summary>One trade of a book: the ids of the two orders, quantity and price.</summary>
public sealed record BookTrade(string Buy, string Sell, decimal Quantity, decimal Price);

/// <summary>Clears a loose book, in whatever units it is, with the market's own integer auction.</summary>
public static class BookClearing
{
    internal const long PriceScale = 1_000_000;

    // One millionth is the tick: a book that states no grid is cleared on the finest that it can be written on.
    internal static readonly MarketRules Rules = MarketRules.Default with { TickMicroEurPerKWh = 1 };

    /// <exception cref="UserErrorException">The book's numbers are too large to be cleared exactly.</exception>
    public static BookResult Clear(Book book)
    {
        var quantityScale = QuantityScale(book);
        var idOf = new Dictionary<Order, string>((IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        var rejected = ImmutableArray.CreateBuilder<(string, string)>();
        foreach (var order in book.Orders)
        {
            if (order.Quantity <= 0)
            {
                rejected.Add((order.Id, RejectionReason.EnergyNotPositive.Code()));
            }
            else
            {
                idOf.Add(ToOrder(order, book.GridFee, quantityScale), order.Id);
            }
        }

        try
        {
            var clearing = UniformPriceAuction.Clear(idOf.Keys, Rules);
            return ToResult(clearing, idOf, quantityScale, rejected.ToImmutable());
        }
        catch (OverflowException)
        {
            throw new UserErrorException("The book's volume does not fit in 64 bits; state its quantities in a larger unit.");
        }
    }

    private static BookResult ToResult(
        Clearing clearing, Dictionary<Order, string> idOf, long quantityScale, ImmutableArray<(string, string)> rejected)
    {
        var buys = clearing.Fills.Where(fill => fill.Order.Side == Side.Buy).ToList();
        var sells = clearing.Fills.Where(fill => fill.Order.Side == Side.Sell).ToList();
        var price = Unscale(clearing.Price);
        var trades = Pairing.Match([.. buys.Select(ToClaim)], [.. sells.Select(ToClaim)])
            .Select(pair => new BookTrade(
                idOf[buys[pair.Buyer].Order], idOf[sells[pair.Seller].Order], Quantity(pair.Energy, quantityScale), price!.Value));

        return new BookResult(
            Quantity(clearing.Volume, quantityScale),
            price,
            Unscale(clearing.Interval?.Low),
            Unscale(clearing.Interval?.High),
            Surplus(clearing.Fills, quantityScale),
            [.. clearing.Fills.Select(fill => (idOf[fill.Order], Quantity(fill.Energy, quantityScale)))],
            [.. trades],
            rejected);
    }

    private static Claim ToClaim(Fill fill) => new(fill.Order.Member, new ZoneId(""), fill.Energy);

    // The key only breaks ties; a digest of the id is as arbitrary as a bid's hash and as repeatable.
    internal static Order ToOrder(BookOrder order, decimal gridFee, long quantityScale)
    {
        // The auction runs on delivered prices, at the buyer's end: what an offer asks, plus the fee that comes on top.
        var delivered = order.Side == Side.Buy ? order.Price : order.Price + gridFee;
        try
        {
            return new Order(
                new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(order.Id))),
                new MemberId(order.Actor),
                order.Side,
                new Price(checked((long)(delivered * PriceScale))),
                new Energy(checked((long)(order.Quantity * quantityScale))));
        }
        catch (OverflowException)
        {
            throw new UserErrorException($"Order \"{order.Id}\": a price or quantity is too large to be cleared exactly.");
        }
    }

    /// <summary>Millionths where the book's total fits; else the finest power of ten that the book really uses.</summary>
    internal static long QuantityScale(Book book)
    {
        var largest = book.Orders.Select(order => order.Quantity).DefaultIfEmpty().Max();
        var total = Math.Max(book.Orders.Where(order => order.Quantity > 0).Aggregate(0m, (sum, order) => sum + order.Quantity), largest);
        if (total <= long.MaxValue / 1_000_000)
        {
            return 1_000_000;
        }

        var scale = 1L;
        while (book.Orders.Any(order => order.Quantity * scale % 1 != 0))
        {
            scale *= 10;
        }

        return scale;
    }

    private static decimal Surplus(ImmutableArray<Fill> fills, long quantityScale)
    {
        var scaled = fills.Aggregate(BigInteger.Zero, (sum, fill) =>
            sum + (fill.Order.Side == Side.Buy ? BigInteger.One : BigInteger.MinusOne) * fill.Order.Price.MicroEurPerKWh * fill.Energy.WattHours);
        var unit = (BigInteger)PriceScale * quantityScale;
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

    private static decimal Quantity(Energy energy, long scale) => (decimal)energy.WattHours / scale;

    private static decimal? Unscale(Price? price) => price is { } known ? (decimal)known.MicroEurPerKWh / PriceScale : null;
}
