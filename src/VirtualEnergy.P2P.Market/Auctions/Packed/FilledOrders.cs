using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>Picks the filled orders out of a book, buys and sells apart.</summary>
internal static class FilledOrders
{
    /// <summary>Lays the filled orders of a piece of the book behind those that lie there.</summary>
    /// <param name="orders">The piece.</param>
    /// <param name="fills">Wh of each.</param>
    /// <param name="first">Place of the first in the book.</param>
    /// <param name="buys">Gets the buys.</param>
    /// <param name="sells">Gets the sells.</param>
    public static void Lay(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills, int first, FilledSide buys, FilledSide sells)
    {
        buys.Reserve(orders.Length);
        sells.Reserve(orders.Length);
        var (bought, sold) = Avx512F.IsSupported ? Split16(orders, fills, first, buys, sells) : (0, 0);
        Span<int> buyers = buys.NextPlaces, sellers = sells.NextPlaces;
        Span<uint> buyWh = buys.NextEnergies, sellWh = sells.NextEnergies;
        for (var i = Avx512F.IsSupported ? orders.Length & ~15 : 0; i < orders.Length; i++)
        {
            // No branch: both sides are written, and what does not count is overwritten by the next.
            var (isFilled, isBuy) = (fills[i] != 0, orders[i].Rank < 0);
            (buyers[bought], buyWh[bought]) = (first + i, fills[i]);
            (sellers[sold], sellWh[sold]) = (first + i, fills[i]);
            bought += isFilled & isBuy ? 1 : 0;
            sold += isFilled & !isBuy ? 1 : 0;
        }

        buys.Lay(bought);
        sells.Lay(sold);
    }

    /// <summary>The same for sixteen orders at a time, as far as there are sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (int Buys, int Sells) Split16(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills, int first, FilledSide buys, FilledSide sells)
    {
        ref var order = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<PackedOrder, long>(orders));
        ref var fill = ref MemoryMarshal.GetReference(fills);
        ref var buyer = ref MemoryMarshal.GetReference(buys.NextPlaces);
        ref var buyWh = ref MemoryMarshal.GetReference(buys.NextEnergies);
        ref var seller = ref MemoryMarshal.GetReference(sells.NextPlaces);
        ref var sellWh = ref MemoryMarshal.GetReference(sells.NextEnergies);
        var vectored = (nuint)(orders.Length & ~15);
        var upperHalves = (Vector512<int>.Indices << 1) + Vector512<int>.One;
        var places = Vector512<int>.Indices + Vector512.Create(first);
        var (bought, sold) = ((nuint)0, (nuint)0);
        for (nuint i = 0; i < vectored; i += 16)
        {
            var (low, high) = (Vector512.LoadUnsafe(ref order, i).AsInt32(), Vector512.LoadUnsafe(ref order, i + 8).AsInt32());
            var isBuy = Avx512F.PermuteVar16x32x2(low, upperHalves, high) >> 31; // ranks, and of them the sign
            var energies = Vector512.LoadUnsafe(ref fill, i);
            var isEmpty = Vector512.Equals(energies, Vector512<uint>.Zero).AsInt32();
            bought += Put(places, energies, Vector512.AndNot(isBuy, isEmpty), ref buyer, ref buyWh, bought);
            sold += Put(places, energies, ~(isBuy | isEmpty), ref seller, ref sellWh, sold);
            places += Vector512.Create(16);
        }

        return ((int)bought, (int)sold);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Put(Vector512<int> places, Vector512<uint> energies, Vector512<int> counts, ref int place, ref uint energy, nuint at)
    {
        Avx512F.Compress(Vector512<int>.Zero, counts, places).StoreUnsafe(ref place, at);
        Avx512F.Compress(Vector512<uint>.Zero, counts.AsUInt32(), energies).StoreUnsafe(ref energy, at);
        return (nuint)BitOperations.PopCount(counts.ExtractMostSignificantBits());
    }
}
