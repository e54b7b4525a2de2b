using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Auctions.Packed;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

/// <summary>
/// Sells of 1 Wh at one price of which fewer are bought: all remainders are equal, so the tie-break alone says who is filled, and
/// whatever it says can be asked for.
/// </summary>
public sealed class SharedMarginTests
{
    // Ten prices: what is measured here happens at one.
    private static readonly TickGrid Grid = TickGrid.TryOf(new Price(0), new Price(900), 100, out var grid) ? grid : default;

    [Fact]
    public void The_last_watt_hours_go_to_those_whom_sorting_would_put_first() =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 3], Gen.Int[0, 1_000]).Array[2, 200], Gen.Int[1, 200])
            .Sample((ranks, wish) => Share(ranks, Math.Min(wish, ranks.Length - 1)), iter: 5_000);

    // Ranks that rise and fall, and those that interleave, make the middle a bad choice again and again.
    [Fact]
    public void Ranks_arranged_with_malice_do_not_take_n_squared_comparisons()
    {
        const int half = 5_000;
        int[] pipes = [.. Enumerable.Range(0, half), .. Enumerable.Range(0, half).Reverse()];
        int[] interleaved = [.. Enumerable.Range(1, half).Select(i => i % 2 == 0 ? half + i - 1 : i), .. Enumerable.Range(1, half).Select(i => 2 * i)];
        int[] equal = [.. Enumerable.Repeat(7, 2 * half)];
        foreach (var ranks in new[] { pipes, interleaved, equal })
        {
            foreach (var count in new[] { 1, half / 3, half, 2 * half - 1 })
            {
                // n log n with a generous factor: 10,000 × 13.3 × 8 is 1.1 million; n² would be 100 million.
                Assert.InRange(Share(ranks, count), 1, 1_100_000);
            }
        }
    }

    /// <returns>How often two orders were compared.</returns>
    private static long Share(int[] ranks, int bought)
    {
        PackedOrder[] orders = [new PackedOrder(Side.Buy, 9, (uint)bought), .. ranks.Select(_ => new PackedOrder(Side.Sell, 5, 1))];
        var (fills, comparisons) = (new uint[orders.Length], new long[1]);
        new CallAuction(Grid).Clear(orders, fills, new ByRank(ranks, comparisons));
        Assert.Equal(ranks.Order().Take(bought), ranks.Where((_, i) => fills[i + 1] == 1).Order());
        return comparisons[0];
    }

    /// <summary>The first order is the buy, which is alone.</summary>
    private readonly struct ByRank(int[] ranks, long[] comparisons) : ITieBreak
    {
        public int Compare(int first, int second)
        {
            comparisons[0]++;
            return ranks[first - 1].CompareTo(ranks[second - 1]);
        }
    }
}
