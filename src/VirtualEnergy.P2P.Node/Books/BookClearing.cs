using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;

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
public sealed record BookTrade(string Buy, string Sell, decimal Quantity, decimal Price, decimal SellPrice, decimal Fee);

/// <summary>Clears a loose book, in whatever units it is, with the market's own integer mechanisms.</summary>
public static class BookClearing
{
    internal const long PriceScale = 1_000_000;

    // One millionth is the tick: a book that states no grid is cleared on the finest that it can be written on.
    internal static readonly MarketRules Rules = MarketRules.Default with { TickMicroEurPerKWh = 1 };

    /// <param name="book">The book.</param>
    /// <param name="kind">How it is cleared.</param>
    /// <param name="seed">Chance, for a mechanism that draws lots.</param>
    /// <exception cref="UserErrorException">The book's numbers are too large to be cleared exactly, or the mechanism knows no fees.</exception>
    public static BookResult Clear(Book book, MechanismKind kind = MechanismKind.Uniform, Hash256 seed = default)
    {
        var units = new Units(QuantityScale(book), book.GridFee);
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
                idOf.Add(ToOrder(order, units), order.Id);
            }
        }

        try
        {
            var rules = Rules with { Mechanism = kind, Network = book.Fees?.ToNetwork(PriceScale) ?? ZoneNetwork.CopperPlate };

            // A file has an order of arrival; a round has none.
            var clearing = kind == MechanismKind.Continuous && rules.Network.IsCopperPlate
                ? ContinuousDoubleAuction.InSequence([.. idOf.Keys], rules)
                : Mechanisms.Of(kind).Clear(idOf.Keys, rules, seed);
            return ToResult(clearing, idOf, units, rejected.ToImmutable());
        }
        catch (OverflowException)
        {
            throw new UserErrorException("The book's volume does not fit in 64 bits; state its quantities in a larger unit.");
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException(error.Message, error);
        }
    }

    private static BookResult ToResult(Clearing clearing, Dictionary<Order, string> idOf, Units units, ImmutableArray<(string, string)> rejected) => new(
        units.Quantity(clearing.Volume),
        Units.Unscale(clearing.Price),
        Units.Unscale(clearing.Interval?.Low),
        Units.Unscale(clearing.Interval?.High),
        Surplus(clearing, units.QuantityScale),
        [.. clearing.Fills.Select(fill => (idOf[fill.Order], units.Quantity(fill.Energy)))],
        [.. clearing.Lots.SelectMany(lot => TradesOf(lot, idOf, units))],
        rejected)
    {
        // A charge is in thousandths of price × energy, both scaled.
        Charges = [.. clearing.Charges.Select(charge => (charge.Member.Value, (decimal)charge.Amount.MicroEur * 1000 / PriceScale / units.QuantityScale))],
    };

    private static IEnumerable<BookTrade> TradesOf(Lot lot, Dictionary<Order, string> idOf, Units units)
    {
        var buys = lot.Fills.Where(fill => fill.Order.Side == Side.Buy).ToList();
        var sells = lot.Fills.Where(fill => fill.Order.Side == Side.Sell).ToList();

        // The auction runs on delivered prices, so a fee of the whole book is in the seller's price and comes off here.
        var (pays, gets) = (Units.Unscale(lot.BuyerPrice), Units.Unscale(lot.Price) - units.GridFee);
        var fee = Units.Unscale(lot.GridFee) + units.GridFee;
        return Pairing.Match([.. buys.Select(ToClaim)], [.. sells.Select(ToClaim)])
            .Select(pair => new BookTrade(idOf[buys[pair.Buyer].Order], idOf[sells[pair.Seller].Order], units.Quantity(pair.Energy), pays, gets, fee));
    }

    private static Claim ToClaim(Fill fill) => new(fill.Order.Member, ZoneId.Unnamed, fill.Energy);

    // The key only breaks ties; a digest of the id is as arbitrary as a bid's hash and as repeatable.
    private static Order ToOrder(BookOrder order, Units units)
    {
        // The auction runs on delivered prices, at the buyer's end: what an offer asks, plus the fee that comes on top.
        var delivered = order.Side == Side.Buy ? order.Price : order.Price + units.GridFee;
        try
        {
            return new Order(
                new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(order.Id))),
                new MemberId(order.Actor),
                order.Side,
                new Price(checked((long)(delivered * PriceScale))),
                new Energy(checked((long)(order.Quantity * units.QuantityScale))))
            {
                Zone = FeeMatrix.ZoneOf(order.Cluster),
            };
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

    private static decimal Surplus(Clearing clearing, long quantityScale)
    {
        var limits = clearing.Fills.Aggregate(BigInteger.Zero, (sum, fill) =>
            sum + (fill.Order.Side == Side.Buy ? BigInteger.One : BigInteger.MinusOne) * fill.Order.Price.MicroEurPerKWh * fill.Energy.WattHours);
        var scaled = clearing.Lots.Where(lot => lot.GridFee != default).Aggregate(limits, (sum, lot) =>
            sum - lot.Fills.Where(fill => fill.Order.Side == Side.Buy).Aggregate(BigInteger.Zero, (fees, fill) => fees + (BigInteger)lot.GridFee.MicroEurPerKWh * fill.Energy.WattHours));
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

    /// <summary>Between the book's units and the auction's.</summary>
    private sealed record Units(long QuantityScale, decimal GridFee)
    {
        public decimal Quantity(Energy energy) => (decimal)energy.WattHours / QuantityScale;

        public static decimal? Unscale(Price? price) => price is { } known ? Unscale(known) : null;

        public static decimal Unscale(Price price) => (decimal)price.MicroEurPerKWh / PriceScale;
    }
}
