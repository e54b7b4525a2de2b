using CsCheck;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>Trades of packed books beside the walk that the rule describes.</summary>
public sealed class PackedTradesTests
{
    /// <summary>Short books in which ends often coincide: 1 to 4 Wh each.</summary>
    [Fact]
    public void Every_small_book_is_paired_as_by_walking() =>
        Gen.Select(Gen.Bool, Gen.UInt[0, 4]).Array[0, 40].Sample(fills => Same([.. fills.Select(fill => (fill.Item1 ? Side.Buy : Side.Sell, fill.Item2))]), iter: 20_000);

    /// <summary>
    /// Around the 8,192 orders of a piece; sides mixed, one after the other, or a few large against many small; ends that coincide
    /// always, often and never.
    /// </summary>
    [Theory]
    [InlineData(8_191, 2, 1)]
    [InlineData(8_192, 2, 3)]
    [InlineData(8_193, 2, 5_000)]
    [InlineData(30_000, 2, 5_000)]
    [InlineData(30_000, 50, 2)]
    [InlineData(30_000, 1_000, 5_000)]
    [InlineData(30_000, 0, 1)]
    [InlineData(30_000, 0, 5_000)]
    public void Large_books_are_paired_as_by_walking(int orders, int oneBuyIn, int mostWh)
    {
        var random = new Random(orders + oneBuyIn + mostWh);
        var fills = new (Side Side, uint Wh)[orders];
        for (var i = 0; i < orders; i++)
        {
            // oneBuyIn 0: all buys first, then all sells.
            var isBuy = oneBuyIn == 0 ? i < orders / 2 : random.Next(oneBuyIn) == 0;
            var wh = (uint)random.Next(mostWh + 1);
            fills[i] = isBuy ? (Side.Buy, (uint)Math.Max(1, oneBuyIn) * wh) : (Side.Sell, wh);
        }

        Same(fills);
    }

    [Fact]
    public void The_largest_energies_keep_every_watt_hour() =>
        Same([.. Enumerable.Range(0, 20_000).Select(i => (i % 3 == 0 ? Side.Buy : Side.Sell, uint.MaxValue - (uint)(i % 7)))]);

    /// <summary>One buy against many sells that together are just under or over 2^31 Wh, where ends stop fitting into 32 bits with their side.</summary>
    [Theory]
    [InlineData(-3)]
    [InlineData(-2)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void Ends_around_thirty_one_bits_keep_every_watt_hour(int beyond)
    {
        var all = (uint)((1L << 31) + beyond);
        Same([(Side.Buy, all), (Side.Sell, all - 1_000), .. Enumerable.Repeat((Side.Sell, 1u), 1_000)]);
        Same([(Side.Buy, all), (Side.Sell, all)]);
    }

    [Fact]
    public void Memory_of_earlier_books_changes_nothing()
    {
        var trades = new PackedTrades();
        Same([.. Enumerable.Range(0, 20_000).Select(i => (i < 10_000 ? Side.Buy : Side.Sell, 7u))], trades);
        Same([(Side.Sell, 3), (Side.Buy, 2), (Side.Buy, 1)], trades);
        Same([], trades);
    }

    // The longer side is cut down to the shorter, so that as much is bought as sold.
    private static void Same((Side Side, uint Wh)[] fills, PackedTrades? trades = null)
    {
        var left = fills.Sum(fill => fill.Side == Side.Buy ? fill.Wh : -(long)fill.Wh);
        for (var i = fills.Length - 1; i >= 0 && left != 0; i--)
        {
            if (fills[i].Side == (left > 0 ? Side.Buy : Side.Sell))
            {
                var cut = (uint)Math.Min(fills[i].Wh, Math.Abs(left));
                fills[i].Wh -= cut;
                left -= Math.Sign(left) * (long)cut;
            }
        }

        PackedOrder[] orders = [.. fills.Select(fill => new PackedOrder(fill.Side, 5, Math.Max(1, fill.Wh)))];
        var paired = (trades ?? new PackedTrades()).Pair(orders, fills.Select(fill => fill.Wh).ToArray()).ToArray();
        Assert.Equal(Walk(fills), paired);
    }

    /// <summary>First buy with first sell, as much as both have; whoever is done makes room for the next.</summary>
    private static List<PackedTrade> Walk((Side Side, uint Wh)[] fills)
    {
        var (buys, sells) = (Queue(Side.Buy), Queue(Side.Sell));
        var trades = new List<PackedTrade>();
        while (buys.Count > 0)
        {
            var ((buyer, bought), (seller, sold)) = (buys.First!.Value, sells.First!.Value);
            var wh = Math.Min(bought, sold);
            trades.Add(new PackedTrade(buyer, seller, wh));
            Take(buys, wh);
            Take(sells, wh);
        }

        return trades;

        LinkedList<(int Place, uint Wh)> Queue(Side side) => new(fills.Index().Where(fill => fill.Item.Side == side && fill.Item.Wh > 0).Select(fill => (fill.Index, fill.Item.Wh)));

        static void Take(LinkedList<(int Place, uint Wh)> side, uint wh)
        {
            var (place, left) = side.First!.Value;
            side.RemoveFirst();
            if (left > wh)
            {
                side.AddFirst((place, left - wh));
            }
        }
    }
}
