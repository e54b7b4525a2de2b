using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>What must hold for every book; a failure is shrunk and printed with its seed.</summary>
public sealed class UniformPriceAuctionProperties
{
    private static readonly MarketRules Rules = MarketRules.Default;

    [Fact]
    public void Fast_and_reference_agree_to_the_last_fill() =>
        Books.WithoutSelfTrades.Sample(book =>
        {
            if (Overflows(book))
            {
                return;
            }

            var fast = UniformPriceAuction.Clear(book, Rules);
            var reference = ReferenceUniformPriceAuction.Clear(book, Rules);
            Assert.Equal(reference.Price, fast.Price);
            Assert.Equal(reference.Interval, fast.Interval);
            Assert.Equal(reference.Volume, fast.Volume);
            Assert.Equal(reference.Fills.AsEnumerable(), fast.Fills.AsEnumerable());
        }, iter: 20_000);

    [Fact]
    public void For_any_k_fast_and_reference_agree_fills_stay_and_a_larger_k_never_lowers_the_price() =>
        Gen.Select(AtTheEnds, Gen.Int[0, 1000], Gen.Int[0, 1000]).Sample((book, one, other) =>
        {
            if (Overflows(book))
            {
                return;
            }

            var (low, high) = (Rules with { KThousandths = Math.Min(one, other) }, Rules with { KThousandths = Math.Max(one, other) });
            var (buyers, sellers) = (UniformPriceAuction.Clear(book, low), UniformPriceAuction.Clear(book, high));
            Assert.Equal(ReferenceUniformPriceAuction.Clear(book, low).Price, buyers.Price);
            Assert.Equal(ReferenceUniformPriceAuction.Clear(book, high).Price, sellers.Price);
            Assert.Equal(buyers.Fills.AsEnumerable(), sellers.Fills.AsEnumerable());
            Assert.True(buyers.Price is null == sellers.Price is null && !(buyers.Price > sellers.Price));
        }, iter: 10_000);

    [Fact]
    public void Volume_is_the_optimum_of_every_uniform_price() =>
        Books.WithoutSelfTrades.Sample(book =>
        {
            var optimum = Optimum(book);
            Assert.True(optimum > long.MaxValue || optimum == UniformPriceAuction.Clear(book, Rules).Volume.WattHours);
        }, iter: 20_000);

    [Fact]
    public void Limits_are_kept_and_energy_is_conserved() =>
        AnyBook.Sample(book =>
        {
            if (Overflows(book))
            {
                return;
            }

            var clearing = UniformPriceAuction.Clear(book, Rules);
            Assert.All(clearing.Fills, fill =>
            {
                Assert.InRange(fill.Energy.WattHours, 1, fill.Order.Energy.WattHours);
                Assert.True(fill.Order.Side == Side.Buy ? fill.Order.Price >= clearing.Price : fill.Order.Price <= clearing.Price);
            });
            Assert.Equal(clearing.Volume.WattHours, Filled(clearing, Side.Buy));
            Assert.Equal(clearing.Volume.WattHours, Filled(clearing, Side.Sell));
        }, iter: 20_000);

    [Fact]
    public void Price_lies_on_tick_inside_the_competitive_interval() =>
        AnyBook.Sample(book =>
        {
            if (!Overflows(book) && UniformPriceAuction.Clear(book, Rules) is { Price: { } price } clearing)
            {
                Assert.True(clearing.Interval!.Value.Contains(price));
                Assert.True(Rules.IsOnTick(price));
            }
        }, iter: 20_000);

    [Fact]
    public void Order_of_arrival_has_no_influence() =>
        Gen.Select(AnyBook, Gen.Int).Sample((book, seed) =>
        {
            if (Overflows(book))
            {
                return;
            }

            var shuffled = book.ToArray();
            new Random(seed).Shuffle(shuffled);
            var one = UniformPriceAuction.Clear(book, Rules);
            var other = UniformPriceAuction.Clear(shuffled, Rules);
            Assert.Equal(one.Price, other.Price);
            Assert.Equal(one.Fills.AsEnumerable(), other.Fills.AsEnumerable());
        }, iter: 20_000);

    [Fact]
    public void No_member_is_left_with_only_herself_to_trade_with() =>
        Books.WithSelfTrades.Sample(book =>
        {
            if (Overflows(book))
            {
                return;
            }

            var clearing = UniformPriceAuction.Clear(book, Rules);
            Assert.All(clearing.Fills.GroupBy(fill => fill.Order.Member), member =>
                Assert.True(member.Sum(fill => (decimal)fill.Energy.WattHours) <= clearing.Volume.WattHours
                    || member.Select(fill => fill.Order.Side).Distinct().Count() == 1));
        }, iter: 20_000);

    [Fact]
    public void Volume_without_self_trades_is_the_optimum_of_every_uniform_price() =>
        Books.WithSelfTrades.Sample(book =>
        {
            if (!Overflows(book))
            {
                Assert.Equal(OptimumWithoutSelfTrades(book), UniformPriceAuction.Clear(book, Rules).Volume.WattHours);
            }
        }, iter: 20_000);

    /// <summary>Half of the orders at the cap or at the floor: unresponsive demand and supply that must go.</summary>
    private static Gen<Order[]> AtTheEnds => Gen.Select(Books.WithoutSelfTrades, Gen.Bool.Array[24]).Select((book, atTheEnd) =>
        book.Select((order, i) => atTheEnd[i] ? order with { Price = order.Side == Side.Buy ? Rules.Cap : Rules.Floor } : order).ToArray());

    private static Gen<Order[]> AnyBook => Gen.OneOf(Books.WithoutSelfTrades, Books.WithSelfTrades);

    private static decimal Filled(Clearing clearing, Side side) =>
        clearing.Fills.Where(fill => fill.Order.Side == side).Sum(fill => (decimal)fill.Energy.WattHours);

    private static bool Overflows(Order[] book) => Optimum(book) > long.MaxValue;

    private static decimal Optimum(Order[] book) =>
        book.Select(order => order.Price).Distinct()
            .Select(price => Math.Min(Sum(book, Side.Buy, price), Sum(book, Side.Sell, price))).DefaultIfEmpty().Max();

    // The least cut at a price: all demand, all supply, or everything but what one member could only trade with herself.
    private static decimal OptimumWithoutSelfTrades(Order[] book) =>
        book.Select(order => order.Price).Distinct().Select(price =>
        {
            var demand = Sum(book, Side.Buy, price);
            var supply = Sum(book, Side.Sell, price);
            var cuts = book.GroupBy(order => order.Member)
                .Select(member => demand - Sum(member, Side.Buy, price) + supply - Sum(member, Side.Sell, price));
            return Math.Min(Math.Min(demand, supply), cuts.Min());
        }).DefaultIfEmpty().Max();

    private static decimal Sum(IEnumerable<Order> orders, Side side, Price price) =>
        orders.Where(order => order.Side == side && (side == Side.Buy ? order.Price >= price : order.Price <= price))
            .Sum(order => (decimal)order.Energy.WattHours);
}
