using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>A few neighbouring ticks in which the marginal prices are thought to lie.</summary>
/// <param name="Middle">The tick in the middle.</param>
/// <param name="Reach">Ticks on either side of it; some may lie off the grid, where no order stands.</param>
internal readonly record struct Bracket(int Middle, int Reach)
{
    /// <summary>One of so many sampled orders tells how much energies differ.</summary>
    private const int OneOf = 8;

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
        var squares = UInt128.Zero;
        for (var sample = 0; sample < Samples; sample++)
        {
            var run = orders.Slice(sample * stride, Math.Min(SampleLength, stride));
            levels.AddSample(run);
            for (var i = 0; i < run.Length; i += OneOf)
            {
                squares += (ulong)run[i].WattHours * run[i].WattHours;
            }
        }

        (bracket, var crowded) = levels.Near(5 * Root(OneOf * squares) / 2);
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

    /// <summary>Wh that an order gets if both margins are thought to end in the middle: all of it if its price is better.</summary>
    public uint Fill(PackedOrder order)
    {
        // No branch, as in FillLimits.
        var isBuy = order.Rank >> 31;
        return order.WattHours & unchecked((uint)((order.Rank - (Middle ^ isBuy)) >> 31));
    }

    /// <summary>Fills every order as if both margins ended in the middle: outside of the bracket, whole or not at all, that is right.</summary>
    /// <param name="orders">The book.</param>
    /// <param name="fills">Written for all.</param>
    /// <param name="inside">Gets the orders inside.</param>
    /// <returns>What was filled outside.</returns>
    /// <remarks>
    /// The book is taken in pieces: one loop fills a piece and marks who is inside, one picks these out while the piece is in the
    /// cache. A single loop that now and then calls away would have to keep its sums in memory.
    /// </remarks>
    public Outside Fill(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, SetAside inside)
    {
        inside.Clear();
        Span<ulong> marks = stackalloc ulong[OrdersInPiece / 64];
        var (buys, sells) = (0L, 0L);
        for (var first = 0; first < orders.Length; first += OrdersInPiece)
        {
            var piece = orders.Slice(first, Math.Min(OrdersInPiece, orders.Length - first));
            marks.Clear();
            var (bought, sold) = FillPiece(piece, fills.Slice(first, piece.Length), MemoryMarshal.AsBytes(marks));
            (buys, sells) = (buys + bought, sells + sold);
            inside.Add(piece, first, marks);
        }

        var (buysInside, sellsInside) = Filled(inside.Orders);
        return new Outside(buys - buysInside, sells - sellsInside);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (long Buys, long Sells) Filled(ReadOnlySpan<PackedOrder> orders)
    {
        var (buys, all) = (0L, 0L);
        foreach (var order in orders)
        {
            var fill = Fill(order);
            (buys, all) = (buys + (fill & (order.Rank >> 31)), all + fill);
        }

        return (buys, all - buys);
    }

    /// <param name="orders">The piece.</param>
    /// <param name="fills">Written for all.</param>
    /// <param name="marks">A bit for each order, the lowest first; gets a one for each that is inside.</param>
    /// <returns>What was filled, Wh.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (long Buys, long Sells) FillPiece(ReadOnlySpan<PackedOrder> orders, Span<uint> fills, Span<byte> marks)
    {
        ref var order = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<PackedOrder, long>(orders));
        ref var fill = ref MemoryMarshal.GetReference(fills);
        ref var mark = ref MemoryMarshal.GetReference(marks);

        // As ranks: whole are buys below ~Middle and sells below Middle; inside is who is nearer to these than the bracket reaches.
        var (wholeBuys, wholeSells, reach, width) = (AtRank(~Middle), AtRank(Middle), AtRank(Reach), AtRank(2 * Reach + 1).AsUInt64());
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
            fills[i] = Fill(orders[i]);
            (all, buys) = (all + fills[i], buys + (orders[i].Rank < 0 ? fills[i] : 0));
            marks[i / 8] |= (byte)(Math.Abs(orders[i].Tick - Middle) <= Reach ? 1 << i % 8 : 0);
        }

        return (buys, all - buys);

        // Shifts that spread the sign, and no comparisons: those leave their answers where sums cannot use them.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector512<long> Eight(Vector512<long> eight, ref Vector512<long> filled, ref Vector512<long> bought, out byte inside)
        {
            var isBuy = eight >> 63;
            var beyond = eight - Vector512.ConditionalSelect(isBuy, wholeBuys, wholeSells);
            var energy = eight & energyBits & (beyond >> 63);
            filled += energy;
            bought += energy & isBuy;
            inside = unchecked((byte)Vector512.LessThan((beyond + reach).AsUInt64(), width).ExtractMostSignificantBits());
            return energy;
        }
    }

    /// <summary>Every order of this rank is at least this number, and every one of the rank before is less.</summary>
    private static Vector512<long> AtRank(int rank) => Vector512.Create((long)rank << 32);

    /// <summary>What was filled outside, Wh.</summary>
    internal readonly record struct Outside(long BuysAbove, long SellsBelow);
}
