using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// <see cref="LaidSides"/> for sixteen cuts at a time: the ends of both sides, as numbers of 32 bits, run through a merging network.
/// </summary>
/// <remarks>
/// The network is Batcher's, "Sorting Networks and their Applications" (1968); feeding it from the list whose next end is nearer is
/// from Inoue, Moriyama, Komatsu and Nakatani, "AA-Sort" (2007). Working memory is kept. Not safe for concurrent use.
/// </remarks>
internal sealed class MergedEnds
{
    /// <summary>Wh that can be cut at once: an end and a bit for its side are 32 bits.</summary>
    public const long MaxReach = int.MaxValue - 1;

    /// <summary>Trades are written by sixteen, whatever of the last counts.</summary>
    public const int Slack = Lanes;

    private const int Lanes = 16;

    // Which lane each lane of a third of the trades is taken from: first of buyers and sellers, then of these and energies.
    private static readonly Vector512<int> Pairs0 = OfPairs(0), Pairs1 = OfPairs(1), Pairs2 = OfPairs(2);
    private static readonly Vector512<int> Triples0 = OfTriples(0), Triples1 = OfTriples(1), Triples2 = OfTriples(2);

    private uint[] _ends = [];

    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>Cuts as far as both sides reach.</summary>
    /// <param name="buys">Orders that are not paired yet.</param>
    /// <param name="buysEnding">Number of them that end there or before.</param>
    /// <param name="sells">The same of the other side.</param>
    /// <param name="sellsEnding">Number of them that end there or before.</param>
    /// <param name="from">The Wh up to which all is paired; at most <see cref="MaxReach"/> before the last of these ends.</param>
    /// <param name="trades">Room for a trade for each of these ends, and <see cref="Slack"/>.</param>
    /// <returns>Whether some of the trades have no energy: where a buy and a sell end together there are two cuts and nothing between them.</returns>
    public bool Cut(FilledSide buys, int buysEnding, FilledSide sells, int sellsEnding, long from, Span<PackedTrade> trades)
    {
        // Behind each list stand as many marks as are loaded beyond it.
        var (cuts, firstSell) = (buysEnding + sellsEnding, buysEnding + 2 * Lanes);
        var length = firstSell + sellsEnding + 2 * Lanes;
        if (_ends.Length < length)
        {
            _ends = new uint[2 * length];
        }

        Write(buys.Ends[..buysEnding], from, 0, _ends.AsSpan(0, firstSell));
        Write(sells.Ends[..sellsEnding], from, 1, _ends.AsSpan(firstSell, length - firstSell));
        return Cut(_ends, firstSell, cuts, buys.Places, sells.Places, MemoryMarshal.Cast<PackedTrade, int>(trades[..(cuts + Slack)]));
    }

    /// <summary>Wh up to each end, doubled, with a bit for the side; and marks, which are more than any of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(ReadOnlySpan<long> ends, long from, uint side, Span<uint> to)
    {
        ref var end = ref MemoryMarshal.GetReference(ends);
        ref var written = ref MemoryMarshal.GetReference(to[..ends.Length]);
        var lowerHalves = Vector512<int>.Indices << 1;
        var vectored = ends.Length - ends.Length % Lanes;
        for (nint i = 0; i < vectored; i += Lanes)
        {
            var first = (Vector512.LoadUnsafe(ref Unsafe.Add(ref end, i)) - Vector512.Create(from)).AsInt32();
            var second = (Vector512.LoadUnsafe(ref Unsafe.Add(ref end, i + 8)) - Vector512.Create(from)).AsInt32();
            var reach = Avx512F.PermuteVar16x32x2(first, lowerHalves, second).AsUInt32();
            (reach << 1 | Vector512.Create(side)).StoreUnsafe(ref Unsafe.Add(ref written, i));
        }

        for (var i = vectored; i < ends.Length; i++)
        {
            to[i] = (uint)(ends[i] - from) << 1 | side;
        }

        to[ends.Length..].Fill(uint.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Cut(ReadOnlySpan<uint> ends, nint firstSell, int cuts, ReadOnlySpan<int> buyers, ReadOnlySpan<int> sellers, Span<int> trades)
    {
        ref var end = ref MemoryMarshal.GetReference(ends);
        ref int buyer = ref MemoryMarshal.GetReference(buyers), seller = ref MemoryMarshal.GetReference(sellers), trade = ref MemoryMarshal.GetReference(trades);
        var (pairs0, pairs1, pairs2) = (Pairs0, Pairs1, Pairs2);
        var (triples0, triples1, triples2) = (Triples0, Triples1, Triples2);
        var (low, high) = Merged(Vector512.LoadUnsafe(ref end), Vector512.LoadUnsafe(ref Unsafe.Add(ref end, firstSell)));
        var (nextBuy, nextSell) = ((nint)Lanes, firstSell + Lanes);
        var last = Vector512<uint>.Zero;
        var (empty, emptyBefore) = (0UL, 0UL);
        unchecked
        {
            for (nint cut = 0; cut < cuts; cut += Lanes)
            {
                var reach = low >> 1;
                var energies = (reach - Avx512F.AlignRight32(reach, last, Lanes - 1)).AsInt32();
                last = reach;
                emptyBefore |= empty;
                empty = Vector512.Equals(energies, Vector512<int>.Zero).ExtractMostSignificantBits();

                // At each cut so many sells are cut off, of these sixteen, and all other cuts before are buys'.
                var isSell = low.AsInt32() & Vector512<int>.One;
                var sold = SumsBefore(isSell);
                var buysHere = Avx512F.PermuteVar16x32(Vector512.LoadUnsafe(ref buyer), Vector512<int>.Indices - sold);
                var sellsHere = Avx512F.PermuteVar16x32(Vector512.LoadUnsafe(ref seller), sold);
                var sells = (nint)BitOperations.PopCount(Vector512.Equals(isSell, Vector512<int>.One).ExtractMostSignificantBits());
                buyer = ref Unsafe.Add(ref buyer, Lanes - sells);
                seller = ref Unsafe.Add(ref seller, sells);

                Triples(buysHere, sellsHere, energies, pairs0, triples0).StoreUnsafe(ref trade);
                Triples(buysHere, sellsHere, energies, pairs1, triples1).StoreUnsafe(ref trade, Lanes);
                Triples(buysHere, sellsHere, energies, pairs2, triples2).StoreUnsafe(ref trade, 2 * Lanes);
                trade = ref Unsafe.Add(ref trade, 3 * Lanes);

                // No branch, as whose end is nearer cannot be predicted: all bits are set if it is a buy's.
                var isBuy = (nint)((long)Unsafe.Add(ref end, nextBuy) - Unsafe.Add(ref end, nextSell) >> 63);
                var next = nextSell + (nextBuy - nextSell & isBuy);
                nextBuy += Lanes & isBuy;
                nextSell += Lanes & ~isBuy;
                (low, high) = Merged(high, Vector512.LoadUnsafe(ref Unsafe.Add(ref end, next)));
            }
        }

        var counting = (cuts - 1) % Lanes + 1;
        return (emptyBefore | empty & (1UL << counting) - 1) != 0;
    }

    /// <summary>The lower and the upper half of what two vectors hold, each of the four in ascending order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector512<uint> Low, Vector512<uint> High) Merged(Vector512<uint> a, Vector512<uint> b)
    {
        var descending = Avx512F.PermuteVar16x32(b, (Vector512.Create(Lanes - 1) - Vector512<int>.Indices).AsUInt32());
        return (Ascending(Vector512.Min(a, descending)), Ascending(Vector512.Max(a, descending)));
    }

    /// <summary>Puts in order what rises and then falls, or falls and then rises.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Ascending(Vector512<uint> values)
    {
        values = Exchanged(values, Avx512F.Shuffle4x128(values, values, 0b01_00_11_10), 8);
        values = Exchanged(values, Avx512F.Shuffle4x128(values, values, 0b10_11_00_01), 4);
        values = Exchanged(values, Avx512F.Shuffle(values, 0b01_00_11_10), 2);
        return Exchanged(values, Avx512F.Shuffle(values, 0b10_11_00_01), 1);
    }

    /// <summary>Of each two values that stand so far apart, the smaller first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Exchanged(Vector512<uint> values, Vector512<uint> others, int apart)
    {
        var isSecond = Vector512.Equals(Vector512<uint>.Indices & Vector512.Create((uint)apart), Vector512.Create((uint)apart));
        return Vector512.ConditionalSelect(isSecond, Vector512.Max(values, others), Vector512.Min(values, others));
    }

    /// <summary>The sum of all lanes before each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> SumsBefore(Vector512<int> values)
    {
        var sums = Avx512F.AlignRight32(values, Vector512<int>.Zero, Lanes - 1);
        sums += Avx512F.AlignRight32(sums, Vector512<int>.Zero, Lanes - 1);
        sums += Avx512F.AlignRight32(sums, Vector512<int>.Zero, Lanes - 2);
        sums += Avx512F.AlignRight32(sums, Vector512<int>.Zero, Lanes - 4);
        return sums + Avx512F.AlignRight32(sums, Vector512<int>.Zero, Lanes - 8);
    }

    /// <summary>A third of the trades in memory: buyer, seller and energy by turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Triples(Vector512<int> buyers, Vector512<int> sellers, Vector512<int> energies, Vector512<int> ofPairs, Vector512<int> ofTriples) =>
        Avx512F.PermuteVar16x32x2(Avx512F.PermuteVar16x32x2(buyers, ofPairs, sellers), ofTriples, energies);

    private static Vector512<int> OfPairs(int third) => OfFields(third, static (field, trade, _) => trade + (field == 1 ? Lanes : 0));

    private static Vector512<int> OfTriples(int third) => OfFields(third, static (field, trade, lane) => field == 2 ? Lanes + trade : lane);

    private static Vector512<int> OfFields(int third, Func<int, int, int, int> lane)
    {
        var lanes = Enumerable.Range(0, Lanes).Select(i => lane((third * Lanes + i) % 3, (third * Lanes + i) / 3, i));
        return Vector512.Create(lanes.ToArray());
    }
}
