using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Admission;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Continuous;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Node.Books;

/// <summary>A book in the market's own integers, ready to be cleared, and the way back into the book's units.</summary>
/// <param name="Orders">In the file's order.</param>
/// <param name="IdOf">The id that each has in the file.</param>
/// <param name="Rules">One millionth is the tick: a book that states no grid is cleared on the finest that it can be written on.</param>
/// <param name="QuantityScale">Wh in one unit of quantity.</param>
/// <param name="GridFee">The fee of the whole book, in its unit; it is in the sell orders' limits.</param>
/// <param name="Rejected">Ids of orders that were left out, with their reason code.</param>
/// <param name="Terms">By key: types, times and withdrawals of a continuous market's orders, where any is stated.</param>
internal sealed record BookAuction(
    ImmutableArray<Order> Orders, OrderIds IdOf, MarketRules Rules, long QuantityScale, decimal GridFee,
    ImmutableArray<(string Id, string Reason)> Rejected, IReadOnlyDictionary<Hash256, OrderTerms> Terms)
{
    /// <summary>µEUR/kWh in one unit of price.</summary>
    public const long PriceScale = 1_000_000;

    /// <summary>What happens in a continuous market when two orders of one actor meet.</summary>
    public SelfTradePrevention SelfTrade { get; private init; }

    /// <exception cref="UserErrorException">A number is too large to be cleared exactly.</exception>
    public static BookAuction Of(Book book, MechanismKind kind)
    {
        if (book.SelfTrade is not null && kind != MechanismKind.Continuous)
        {
            throw new UserErrorException("\"selfTrade\" is for --mechanism continuous; by the other mechanisms two orders of one actor never come to that.");
        }

        var scale = QuantityScaleOf(book);
        var orders = ImmutableArray.CreateBuilder<Order>(book.Orders.Length);
        var ids = new string[book.Orders.Length];
        var rejected = ImmutableArray.CreateBuilder<(string, string)>();
        var terms = new Dictionary<Hash256, OrderTerms>();
        var now = 0L;
        foreach (var entry in book.Orders)
        {
            if (entry.Quantity <= 0)
            {
                rejected.Add((entry.Id, RejectionReason.EnergyNotPositive.Code()));
                continue;
            }

            if (book.Terms.TryGetValue(entry.Id, out var stated))
            {
                var (arrives, fault) = Placed(stated, entry.Id, kind, now);
                now = arrives.Time;
                if (fault is not null)
                {
                    rejected.Add((entry.Id, fault));
                    continue;
                }

                terms.Add(KeyOf(entry.Id), arrives);
            }

            ids[orders.Count] = entry.Id;
            orders.Add(ToOrder(entry, book.GridFee, scale));
        }

        var rules = MarketRules.Default with
        {
            TickMicroEurPerKWh = 1, Mechanism = kind, Network = book.Fees?.ToNetwork(PriceScale) ?? ZoneNetwork.CopperPlate,
        };
        var cleared = orders.DrainToImmutable();
        return new BookAuction(cleared, new OrderIds(cleared, ids), rules, scale, book.GridFee, rejected.ToImmutable(), terms)
        {
            SelfTrade = book.SelfTrade ?? SelfTradePrevention.CancelResting,
        };
    }

    // An order without a time comes at that of the one before it.
    private static (OrderTerms Terms, string? Fault) Placed(OrderTerms stated, string id, MechanismKind kind, long now)
    {
        if (kind != MechanismKind.Continuous)
        {
            throw new UserErrorException($"Order \"{id}\": \"type\", \"time\", \"expiry\" and \"cancel\" are for --mechanism continuous; in an auction all orders come at once.");
        }

        var terms = stated with { Time = stated.Time == 0 ? now : stated.Time };
        return terms.Time < now
            ? throw new UserErrorException($"Order \"{id}\": its time, {terms.Time}, is before {now}, at which the order before it came.")
            : (terms, terms.Expiry <= terms.Time ? BookRefusal.Expired.Code() : null);
    }

    /// <summary>Clears these orders by the book's mechanism; a continuous market takes them in this order, as they came.</summary>
    public Clearing Clear(IReadOnlyList<Order> orders, Hash256 seed)
    {
        if (Rules.Mechanism == MechanismKind.Continuous)
        {
            return ContinuousDoubleAuction.InSequence(orders, Rules, Terms.Count == 0 ? null : TermsInSequence(), SelfTrade);
        }

        return Mechanisms.Of(Rules.Mechanism).Clear(orders, Rules, seed);
    }

    public bool IsMarketOrder(Order order) => Terms.Count > 0 && Terms.GetValueOrDefault(order.Key).Type == BookOrderType.Market;

    // An order that states nothing comes with the one before it: time stands where it stood.
    private Func<Order, OrderTerms> TermsInSequence()
    {
        var now = 0L;
        return order =>
        {
            var terms = Terms.GetValueOrDefault(order.Key, OrderTerms.Plain with { Time = now });
            now = terms.Time;
            return terms;
        };
    }

    /// <summary>Runs what may find that the book is too large or asks for what its mechanism cannot do.</summary>
    /// <exception cref="UserErrorException">It does.</exception>
    public static T Exactly<T>(Func<T> work)
    {
        try
        {
            return work();
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

    public decimal Of(Energy energy) => (decimal)energy.WattHours / QuantityScale;

    /// <summary>An amount in the book's price × quantity: money is in thousandths of price × energy, both scaled.</summary>
    public decimal Of(Money amount) => (decimal)amount.MicroEur * 1000 / PriceScale / QuantityScale;

    public static decimal? Of(Price? price) => price is { } known ? Of(known) : null;

    public static decimal Of(Price price) => (decimal)price.MicroEurPerKWh / PriceScale;

    /// <summary>The key only breaks ties; a digest of the id is as arbitrary as a bid's hash and as repeatable.</summary>
    private static Hash256 KeyOf(string id)
    {
        const int few = 256;
        var bytes = id.Length <= few / 3 ? stackalloc byte[few] : new byte[Encoding.UTF8.GetMaxByteCount(id.Length)]; // most ids allocate nothing
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(id, bytes)], digest);
        return new Hash256(digest);
    }

    private static Order ToOrder(BookOrder order, decimal gridFee, long quantityScale)
    {
        // The auction runs on delivered prices, at the buyer's end: what an offer asks, plus the fee that comes on top.
        var delivered = order.Side == Side.Buy ? order.Price : order.Price + gridFee;
        try
        {
            return new Order(
                KeyOf(order.Id),
                new MemberId(order.Actor),
                order.Side,
                new Price(checked((long)(delivered * PriceScale))),
                new Energy(checked((long)(order.Quantity * quantityScale))))
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
    private static long QuantityScaleOf(Book book)
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
}
