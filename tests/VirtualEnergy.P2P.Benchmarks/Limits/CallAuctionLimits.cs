using System.Runtime.CompilerServices;
using VirtualEnergy.P2P.Benchmarks.Clearing;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;

namespace VirtualEnergy.P2P.Benchmarks.Limits;

/// <summary>The call auction on ten million orders, beside one pass over them and beside sorting them.</summary>
internal static class CallAuctionLimits
{
    private const int Orders = 10_000_000;
    private const int Rounds = 9;

    public static IEnumerable<Limit> Measure()
    {
        _ = TickGrid.TryOf(MarketRules.Default, out var grid);
        var orders = RandomOrders.Create(Orders, seed: 1);
        var fills = new uint[Orders];
        var (auction, trades) = (new CallAuction(grid), new PackedTrades());
        var matches = 0;

        var times = Samples.Interleaved(
            Rounds,
            () => OnePass(orders, fills),
            () => auction.Clear(orders, fills, default(ByPlace)),
            () =>
            {
                auction.Clear(orders, fills, default(ByPlace));
                matches = trades.Pair(orders, fills).Length;
            });
        var (pass, clear, paired) = (times[0].Median, times[1].Median, times[2].Median);
        var method = $"{Orders:N0} random orders, one thread, median of {Rounds} turns; the pass, a plain loop, took {pass * 1e3:0.00} ms";
        yield return Limit.AtMost("call auction, price and every fill, against one pass", clear / pass, 2.0, "x", $"{method}, the auction {clear * 1e3:0.00} ms");

        var sorted = new SortedBook(orders);
        var sort = Samples.Interleaved(1, () => sorted.Clear(fills))[0].Median;
        yield return Limit.AtLeast("call auction against sorting", sort / clear, 60, "x", $"the same orders sorted with their places, walked and filled: {sort * 1e3:0} ms");
        yield return Limit.AtMost("call auction with pairwise trades against one pass", paired / pass, 8, "x", $"{method}, with {matches:N0} trades {paired * 1e3:0.00} ms");

        var (tenth, all) = (Allocated(orders.AsSpan(0, Orders / 10)), Allocated(orders));
        yield return Limit.AtMost(
            "call auction, bytes allocated for each order more", (all - tenth) / (0.9 * Orders), 0, "B",
            $"clearing and pairing allocated {tenth} B for {Orders / 10:N0} orders and {all} B for {Orders:N0}");

        long Allocated(ReadOnlySpan<PackedOrder> book)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            auction.Clear(book, fills, default(ByPlace));
            trades.Pair(book, fills.AsSpan(0, book.Length));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        foreach (var limit in GateToPrice(grid, orders))
        {
            yield return limit;
        }
    }

    private static IEnumerable<Limit> GateToPrice(TickGrid grid, PackedOrder[] orders)
    {
        var (small, large) = (Counted(grid, orders.AsSpan(0, 10_000)), Counted(grid, orders));
        var checksum = 0L;
        const int repeats = 2_000;
        var times = Samples.Interleaved(
            101,
            () => Repeat(small, repeats),
            () => Repeat(large, repeats));
        var (few, many) = (times[0].Median / repeats, times[1].Median / repeats);
        yield return Limit.AtMost("gate to price, orders counted as they arrived", many * 1e6, 2, "µs", $"{Orders:N0} orders, price and interval included, median of 101 turns of {repeats:N0}");
        yield return Limit.AtMost("gate to price, ten million orders against ten thousand", many / few, 1.2, "x", $"ten thousand: {few * 1e6:0.000} µs");
        GC.KeepAlive(checksum);

        void Repeat(CountedBook book, int times)
        {
            for (var i = 0; i < times; i++)
            {
                checksum += book.Clearing().Price(grid, MarketRules.Default)!.Value.Price.MicroEurPerKWh;
            }
        }
    }

    private static CountedBook Counted(TickGrid grid, ReadOnlySpan<PackedOrder> orders)
    {
        var book = new CountedBook(grid);
        foreach (var order in orders)
        {
            book.Add(order.Side, grid.PriceOf(order.Tick), new Energy(order.WattHours));
        }

        return book;
    }

    /// <summary>Reads eight bytes and writes four for each order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnePass(PackedOrder[] orders, uint[] fills)
    {
        for (var i = 0; i < orders.Length; i++)
        {
            fills[i] = orders[i].WattHours;
        }
    }
}
