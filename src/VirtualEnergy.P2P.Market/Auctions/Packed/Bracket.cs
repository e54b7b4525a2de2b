using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>A few neighbouring ticks in which the marginal prices are thought to lie, both ends included.</summary>
internal readonly record struct Bracket(int Low, int High)
{
    /// <summary>Orders that are looked at together.</summary>
    internal const int BlockLength = 16;

    private const int Samples = 256;
    private const int SampleLength = 1024;

    /// <summary>Where vectors are as wide as a cache line and can be compressed, one pass is worth a guess; elsewhere counting is as good.</summary>
    public static bool IsFast => Avx512F.IsSupported;

    /// <summary>
    /// Counts a sample of runs that are spread over the book, and takes the ticks at which the sampled demand and supply are
    /// nearer to each other than three standard deviations of the sampling.
    /// </summary>
    /// <param name="orders">At least as many as are sampled.</param>
    /// <param name="levels">Empty; holds the sample afterwards.</param>
    /// <param name="bracket">The guess.</param>
    /// <returns>False when so much stands in the bracket that nothing is gained.</returns>
    public static bool TryGuess(ReadOnlySpan<PackedOrder> orders, LevelSums levels, out Bracket bracket)
    {
        var stride = orders.Length / Samples;
        UInt128 squares = 0;
        for (var sample = 0; sample < Samples; sample++)
        {
            var run = orders.Slice(sample * stride, Math.Min(SampleLength, stride));
            levels.AddSample(run);
            foreach (var order in run)
            {
                squares += (ulong)order.WattHours * order.WattHours;
            }
        }

        (bracket, var crowded) = levels.Near(5 * Root(squares) / 2);
        return !crowded;
    }

    /// <summary>⌊√value⌋ by Newton's method, from above.</summary>
    private static long Root(UInt128 value)
    {
        var root = UInt128.One << ((int)(129 - UInt128.LeadingZeroCount(value)) / 2);
        while (value / root < root)
        {
            root = (root + value / root) / 2;
        }

        return (long)root;
    }

    /// <summary>Fills every order outside: whole if it is better, not at all if it is worse.</summary>
    /// <param name="orders">The book.</param>
    /// <param name="fills">Written for all; zero inside.</param>
    /// <param name="inside">Gets the orders inside.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Outside Fill(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, SetAside inside)
    {
        ref var order = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<PackedOrder, long>(orders));
        ref var fill = ref MemoryMarshal.GetReference(fills);
        inside.Begin(orders.Length);
        ref var aside = ref Unsafe.As<PackedOrder, long>(ref inside.FirstOrder);
        ref var asidePlace = ref inside.FirstPlace;
        var (places, count) = (Vector512<int>.Indices, 0);

        // As ranks: whole are buys below ~High and sells below Low; inside are the next ones up to ~Low and High.
        var (wholeBuys, wholeSells) = (AtRank(~High), AtRank(Low));
        var (insideBuys, insideSells) = (AtRank(~Low + 1), AtRank(High + 1));
        var energyBits = Vector512.Create((long)uint.MaxValue);
        var (buys, sells) = (Vector512<long>.Zero, Vector512<long>.Zero);
        var vectored = orders.Length - orders.Length % BlockLength;
        for (var i = 0; i < vectored; i += BlockLength)
        {
            var (first, second) = (Vector512.LoadUnsafe(ref order, (nuint)i), Vector512.LoadUnsafe(ref order, (nuint)i + 8));
            var firstFills = Eight(first, ref buys, ref sells, out var firstInside);
            var secondFills = Eight(second, ref buys, ref sells, out var secondInside);
            Vector512.Narrow(firstFills, secondFills).AsUInt32().StoreUnsafe(ref fill, (nuint)i);


            // No branch: who is inside cannot be predicted. A vector is stored whole; the next overwrites what does not count.
            Avx512F.Compress(Vector512<int>.Zero, Vector512.Narrow(firstInside, secondInside), places).StoreUnsafe(ref asidePlace, (nuint)count);
            Avx512F.Compress(Vector512<long>.Zero, firstInside, first).StoreUnsafe(ref aside, (nuint)count);
            count += BitOperations.PopCount(firstInside.ExtractMostSignificantBits());
            Avx512F.Compress(Vector512<long>.Zero, secondInside, second).StoreUnsafe(ref aside, (nuint)count);
            count += BitOperations.PopCount(secondInside.ExtractMostSignificantBits());
            places += Vector512.Create(BlockLength);
        }

        inside.Count = count;
        var (buysAbove, sellsBelow) = (Vector512.Sum(buys), Vector512.Sum(sells));
        for (var i = vectored; i < orders.Length; i++)
        {
            var (rank, energy) = (orders[i].Rank, orders[i].WattHours);
            fills[i] = rank < (rank < 0 ? ~High : Low) ? energy : 0;
            buysAbove += rank < 0 ? fills[i] : 0;
            sellsBelow += rank < 0 ? 0 : fills[i];
            if (fills[i] == 0 && rank <= (rank < 0 ? ~Low : High))
            {
                inside.Add(i, orders[i]);
            }
        }

        return new Outside(buysAbove, sellsBelow);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<long> Eight(Vector512<long> eight, ref Vector512<long> buys, ref Vector512<long> sells, out Vector512<long> inside)
        {
            var isBuy = Vector512.LessThan(eight, Vector512<long>.Zero);
            var isWhole = Vector512.LessThan(eight, Vector512.ConditionalSelect(isBuy, wholeBuys, wholeSells));
            inside = Vector512.AndNot(Vector512.LessThan(eight, Vector512.ConditionalSelect(isBuy, insideBuys, insideSells)), isWhole);
            var energy = eight & energyBits & isWhole;
            buys += energy & isBuy;
            sells += Vector512.AndNot(energy, isBuy);
            return energy;
        }
    }

    /// <summary>Every order of this rank is at least this number, and every one of the rank before is less.</summary>
    private static Vector512<long> AtRank(int rank) => Vector512.Create((long)rank << 32);

    /// <summary>What was filled outside, Wh.</summary>
    internal readonly record struct Outside(long BuysAbove, long SellsBelow);
}
