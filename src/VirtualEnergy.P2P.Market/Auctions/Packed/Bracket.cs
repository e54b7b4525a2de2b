using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>A few neighbouring ticks in which the marginal prices are thought to lie, both ends included.</summary>
internal readonly record struct Bracket(int Low, int High)
{
    /// <summary>Few enough for the cache.</summary>
    private const int OrdersInPiece = 1 << 12;

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryGuess(ReadOnlySpan<PackedOrder> orders, LevelSums levels, out Bracket bracket)
    {
        var stride = orders.Length / Samples;
        var (squaresHigh, squaresLow) = (0UL, 0UL);
        for (var sample = 0; sample < Samples; sample++)
        {
            var run = orders.Slice(sample * stride, Math.Min(SampleLength, stride));
            levels.AddSample(run);
            foreach (var order in run)
            {
                var square = (ulong)order.WattHours * order.WattHours;
                squaresHigh += square >> 32;
                squaresLow += (uint)square;
            }
        }

        var squares = ((UInt128)squaresHigh << 32) + squaresLow;
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
    /// <remarks>
    /// The book is taken in pieces: one loop fills a piece and marks who is inside, one picks these out while the piece is in the
    /// cache. A single loop that now and then calls away would have to keep its sums in memory.
    /// </remarks>
    public Outside Fill(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, SetAside inside)
    {
        inside.Clear();
        Span<ulong> marks = stackalloc ulong[OrdersInPiece / 64];
        var outside = default(Outside);
        for (var first = 0; first < orders.Length; first += OrdersInPiece)
        {
            var piece = orders.Slice(first, Math.Min(OrdersInPiece, orders.Length - first));
            marks.Clear();
            outside += FillPiece(piece, fills.Slice(first, piece.Length), MemoryMarshal.AsBytes(marks));
            inside.Add(piece, first, marks);
        }

        return outside;
    }

    /// <param name="orders">The piece.</param>
    /// <param name="fills">Written for all; zero inside.</param>
    /// <param name="marks">A bit for each order, the lowest first; gets a one for each that is inside.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Outside FillPiece(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, Span<byte> marks)
    {
        ref var order = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<PackedOrder, long>(orders));
        ref var fill = ref MemoryMarshal.GetReference(fills);
        ref var mark = ref MemoryMarshal.GetReference(marks);

        // As ranks: whole are buys below ~High and sells below Low; inside are as many ranks from there on as the bracket has ticks.
        var (wholeBuys, wholeSells, width) = (AtRank(~High), AtRank(Low), AtRank(High - Low + 1));
        var energyBits = Vector512.Create((long)uint.MaxValue);
        var lowerHalves = Vector512<int>.Indices << 1;
        var (filled, bought) = (Vector512<long>.Zero, Vector512<long>.Zero);
        var vectored = orders.Length - orders.Length % 16;
        for (nint i = 0; i < vectored; i += 16)
        {
            var first = Eight(Vector512.LoadUnsafe(ref Unsafe.Add(ref order, i)), ref filled, ref bought, out Unsafe.Add(ref mark, i >> 3));
            var second = Eight(Vector512.LoadUnsafe(ref Unsafe.Add(ref order, i), 8), ref filled, ref bought, out Unsafe.Add(ref mark, (i >> 3) + 1));
            Avx512F.PermuteVar16x32x2(first.AsInt32(), lowerHalves, second.AsInt32()).AsUInt32().StoreUnsafe(ref Unsafe.Add(ref fill, i));
        }

        var (all, buys) = (Vector512.Sum(filled), Vector512.Sum(bought));
        for (var i = vectored; i < orders.Length; i++)
        {
            var (rank, isBuy) = (orders[i].Rank, orders[i].Rank < 0);
            fills[i] = rank < (isBuy ? ~High : Low) ? orders[i].WattHours : 0;
            (all, buys) = (all + fills[i], buys + (isBuy ? fills[i] : 0));
            marks[i / 8] |= (byte)(fills[i] == 0 && rank <= (isBuy ? ~Low : High) ? 1 << i % 8 : 0);
        }

        return new Outside(buys, all - buys);

        // Shifts that spread the sign, and no comparisons: those leave their answers where sums cannot use them.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<long> Eight(Vector512<long> eight, ref Vector512<long> filled, ref Vector512<long> bought, out byte inside)
        {
            var isBuy = eight >> 63;
            var beyond = eight - Vector512.ConditionalSelect(isBuy, wholeBuys, wholeSells);
            var energy = eight & energyBits & (beyond >> 63);
            filled += energy;
            bought += energy & isBuy;
            inside = unchecked((byte)Vector512.LessThan(beyond.AsUInt64(), width.AsUInt64()).ExtractMostSignificantBits());
            return energy;
        }
    }

    /// <summary>Every order of this rank is at least this number, and every one of the rank before is less.</summary>
    private static Vector512<long> AtRank(int rank) => Vector512.Create((long)rank << 32);

    /// <summary>What was filled outside, Wh.</summary>
    internal readonly record struct Outside(long BuysAbove, long SellsBelow)
    {
        public static Outside operator +(Outside a, Outside b) => new(a.BuysAbove + b.BuysAbove, a.SellsBelow + b.SellsBelow);
    }
}
