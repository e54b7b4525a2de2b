using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;
using Xunit;
using static VirtualEnergy.P2P.Tests.Market.Books;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>The packed call auction answers what the auction that sorts answers, however it got there.</summary>
public sealed class PackedAuctionTests
{
    private static readonly MarketRules Rules = MarketRules.Default;
    private static readonly TickGrid Grid = TickGrid.TryOf(Rules, out var grid) ? grid : default;

    // Clearing a small book over all of the community's 45,001 ticks is nearly all clearing of ticks; over its own few it is nearly all auction.
    private static readonly TickGrid Narrow = TickGrid.TryOf(new Price(-500), new Price(1_500), 100, out var narrow) ? narrow : default;

    // Prices that meet often; Wh up to the most that fits.
    private static readonly Gen<Order[]> Small = Gen.Select(Gen.Bool, Gen.Int[-5, 15], Gen.OneOf(Gen.Long[1, 9], Gen.Long[1, 5_000], Gen.Const((long)uint.MaxValue)))
        .Array[0, 40].Select(rows => rows.Select((row, key) => row.Item1 ? Buy(key, row.Item2 * 100, row.Item3) : Sell(key, row.Item2 * 100, row.Item3)).ToArray());

    [Fact]
    public void Every_small_book_is_cleared_as_by_sorting() => Small.Sample(book => Same(book, new CallAuction(Narrow), Narrow), iter: 5_000);

    [Fact]
    public void An_auction_that_cleared_other_books_before_answers_the_same()
    {
        var used = new CallAuction(Grid);
        Small.Sample(book => Same(book, used, Grid), iter: 1_000, threads: 1);
    }

    // Above 131 072 orders the margin is guessed first. The shapes: as a market has them; prices far apart; so few prices that the
    // bracket is crowded; nothing that crosses; and sorted by price, so that the sample's runs are unlike each other.
    [Theory]
    [InlineData(4_000, 1_000, false)]
    [InlineData(40_000, 1_000, false)]
    [InlineData(3, 1, false)]
    [InlineData(1, 0, false)]
    [InlineData(1_000, -5_000, false)]
    [InlineData(4_000, 1_000, true)]
    public void A_large_book_is_cleared_as_by_sorting_whatever_was_guessed(int spread, int overlap, bool sorted)
    {
        var orders = Enumerable.Range(0, 150_000).Select(key =>
        {
            var (tick, energy) = ((long)(Mixed(key) % (ulong)spread), 1 + (long)(Mixed(key + 1_000_000) % 5_000));
            return Mixed(key + 2_000_000) % 2 == 0 ? Buy(key, (tick + overlap) * 100, energy) : Sell(key, tick * 100, energy);
        }).Where(order => order.Price >= Rules.Floor && order.Price <= Rules.Cap).ToArray();
        if (sorted)
        {
            orders = [.. orders.OrderBy(order => order.Price)];
        }

        Same(orders, new CallAuction(Grid), Grid);
    }

    // 150,003 orders are sampled in 256 runs of 585, so the last 243 are not seen. Three of them have more energy than all the others:
    // sells below every other price take all demand, buys above take all supply, and a narrow bracket was guessed elsewhere.
    [Theory]
    [InlineData(Side.Sell, 0)]
    [InlineData(Side.Sell, 4_500)]
    [InlineData(Side.Buy, 5_500)]
    [InlineData(Side.Buy, 9_000)]
    public void A_guess_that_a_few_large_orders_make_wrong_changes_nothing(Side side, int heavyTick)
    {
        var orders = Enumerable.Range(0, 150_000).Select(key =>
        {
            var (tick, energy) = ((long)(Mixed(key) % 4_000), 1 + (long)(Mixed(key + 1_000_000) % 5_000));
            return Mixed(key + 2_000_000) % 2 == 0 ? Buy(key, (tick + 4_000) * 100, energy) : Sell(key, (tick + 3_000) * 100, energy);
        }).Concat(Enumerable.Range(150_000, 3).Select(key => side == Side.Buy
            ? Buy(key, heavyTick * 100, uint.MaxValue) : Sell(key, heavyTick * 100, uint.MaxValue))).ToArray();
        Same(orders, new CallAuction(Grid), Grid);
    }

    [Fact]
    public void The_exchanges_auction_is_the_packed_one_for_a_book_of_its_size()
    {
        var orders = Enumerable.Range(0, 5_000).Select(key => Mixed(key) % 2 == 0
            ? Buy(key, 100_000 + (long)(Mixed(key + 7) % 900) * 100, 500) : Sell(key, 80_000 + (long)(Mixed(key + 7) % 900) * 100, 700)).ToArray();
        Assert.True(PackedUniformPrice.TryClear(orders, Rules, out var packed));
        Equal(UniformPriceAuction.ClearBySorting(orders, Rules), packed);
        Equal(packed, UniformPriceAuction.Clear(orders, Rules));
        Assert.False(PackedUniformPrice.TryClear([Buy(1, 150, 5)], Rules, out _)); // off tick
        Assert.False(PackedUniformPrice.TryClear([Buy(1, 100, 1L << 32)], Rules, out _)); // too much for 32 bits
    }

    [Fact]
    public void A_book_that_counts_as_orders_come_and_go_has_the_price_of_what_is_left() => Gen.Select(Small, Small).Sample((staying, leaving) =>
    {
        var book = new CountedBook(Narrow);
        foreach (var order in leaving.Concat(staying))
        {
            book.Add(order.Side, order.Price, order.Energy);
        }

        foreach (var order in leaving)
        {
            book.Remove(order.Side, order.Price, order.Energy);
        }

        var expected = UniformPriceAuction.ClearBySorting(staying, Rules);
        var clearing = book.Clearing();
        Assert.Equal(expected.Volume.WattHours, clearing.Volume);
        Assert.Equal(expected.Price, clearing.Price(Narrow, Rules)?.Price);
        Assert.Equal(expected.Interval, clearing.Price(Narrow, Rules)?.Interval);
    }, iter: 2_000);

    [Fact]
    public void Trades_add_up_to_the_fills_and_are_few() => Small.Sample(book =>
    {
        var (orders, fills) = Cleared(book, new CallAuction(Narrow), Narrow);
        var trades = new PackedTrades().Pair(orders, fills).ToArray();
        AddUp(orders, fills, trades);
        Assert.True(trades.Length <= Math.Max(0, fills.Count(fill => fill > 0) - 1));
    }, iter: 2_000);

    [Fact]
    public void No_owner_trades_with_herself_or_it_is_said_that_she_would_have_to() =>
        Gen.Select(Small, Gen.Int[1, 4].SelectMany(owners => Gen.Int[0, owners].Array[40])).Sample((book, owners) =>
        {
            var (orders, fills) = Cleared(book, new CallAuction(Narrow), Narrow);
            var volume = Enumerable.Range(0, orders.Length).Where(i => orders[i].Side == Side.Buy).Sum(i => (long)fills[i]);
            var feasible = Enumerable.Range(0, orders.Length).GroupBy(i => owners[i]).All(owner =>
                owner.Select(i => orders[i].Side).Distinct().Count() < 2 || owner.Sum(i => (long)fills[i]) <= volume
                || owner.Where(i => fills[i] > 0).Select(i => orders[i].Side).Distinct().Count() < 2);
            if (!feasible)
            {
                Assert.Throws<ArgumentException>(() => new PackedTrades().Pair(orders, fills, owners).ToArray());
                return;
            }

            var trades = new PackedTrades().Pair(orders, fills, owners).ToArray();
            AddUp(orders, fills, trades);
            Assert.All(trades, trade => Assert.NotEqual(owners[trade.Buyer], owners[trade.Seller]));
        }, iter: 3_000);

    [Fact]
    public void Unequal_sums_are_refused() =>
        Assert.Throws<ArgumentException>(() => new PackedTrades().Pair([new PackedOrder(Side.Buy, 1, 5)], [5]).ToArray());

    private static void AddUp(PackedOrder[] orders, uint[] fills, PackedTrade[] trades)
    {
        var sums = new long[orders.Length];
        foreach (var trade in trades)
        {
            Assert.True(orders[trade.Buyer].Side == Side.Buy && orders[trade.Seller].Side == Side.Sell && trade.WattHours > 0);
            sums[trade.Buyer] += trade.WattHours;
            sums[trade.Seller] += trade.WattHours;
        }

        Assert.Equal(fills.Select(fill => (long)fill), sums);
    }

    private static void Same(Order[] book, CallAuction auction, TickGrid grid)
    {
        var (orders, fills) = Cleared(book, auction, grid);
        var expected = UniformPriceAuction.ClearBySorting(book, Rules);
        var result = auction.Clear(orders, fills, new ByKeyOf(book));
        Assert.Equal(expected.Volume.WattHours, result.Volume);
        Assert.Equal(expected.Price, result.Price(grid, Rules)?.Price);
        Assert.Equal(expected.Interval, result.Price(grid, Rules)?.Interval);
        var energies = expected.Fills.ToDictionary(fill => fill.Order, fill => fill.Energy.WattHours, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        Assert.Equal(book.Select(order => energies.GetValueOrDefault(order)), fills.Select(fill => (long)fill));
    }

    private static (PackedOrder[] Orders, uint[] Fills) Cleared(Order[] book, CallAuction auction, TickGrid grid)
    {
        PackedOrder[] orders = [.. book.Select(order => new PackedOrder(order.Side, grid.TryIndexOf(order.Price, out var tick) ? tick : -1, (uint)order.Energy.WattHours))];
        var fills = new uint[orders.Length];
        auction.Clear(orders, fills, new ByKeyOf(book));
        return (orders, fills);
    }

    private static void Equal(Clearing expected, Clearing actual)
    {
        Assert.Equal((expected.Price, expected.Interval, expected.Volume), (actual.Price, actual.Interval, actual.Volume));
        Assert.Equal(expected.Fills, actual.Fills);
    }

    private static ulong Mixed(int number)
    {
        unchecked
        {
            var state = (ulong)number * 0x9E3779B97F4A7C15;
            state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            return (state ^ (state >> 27)) >> 3;
        }
    }

    private readonly struct ByKeyOf(Order[] book) : ITieBreak
    {
        public int Compare(int first, int second) => book[first].Key.CompareTo(book[second].Key);
    }
}
