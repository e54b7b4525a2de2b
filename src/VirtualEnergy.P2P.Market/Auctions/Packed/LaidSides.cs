using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// Buys and sells laid end to end beside each other and cut wherever one of them ends: what lies between two cuts is a trade. So
/// the trades are two sorted lists of ends merged into one.
/// </summary>
/// <remarks>
/// Which end comes next is known only when the last one is, and a processor that has to wait for that idles. So the list is halved,
/// and two mergers run in the shadow of each other. Where the second begins is found by bisection, as by Odeh, Green, Mwassi,
/// Shmueli and Birk, "Merge Path: Parallel Merging Made Simple" (2012).
/// </remarks>
internal readonly ref struct LaidSides
{
    private readonly ReadOnlySpan<long> _buyEnds, _sellEnds;
    private readonly ReadOnlySpan<int> _buyers, _sellers;
    private readonly long _from;

    /// <param name="buys">Orders that are not paired yet.</param>
    /// <param name="sells">The same of the other side.</param>
    /// <param name="from">The Wh up to which all is paired.</param>
    public LaidSides(FilledSide buys, FilledSide sells, long from)
    {
        _buyEnds = buys.Ends;
        _buyers = buys.Places;
        _sellEnds = sells.Ends;
        _sellers = sells.Places;
        _from = from;
    }

    /// <summary>Cuts as far as both sides reach.</summary>
    /// <param name="buys">Number of buys that end there or before.</param>
    /// <param name="sells">Number of sells that do.</param>
    /// <param name="trades">Room for a trade for each of them.</param>
    /// <returns>Whether some of the trades have no energy: where a buy and a sell end together there are two cuts and nothing between them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Cut(int buys, int sells, Span<PackedTrade> trades)
    {
        var cuts = buys + sells;
        nint half = cuts / 2;
        var (early, late) = (new Merger(0, _from), MergerAt((int)half, buys, sells));
        ref long buyEnd = ref MemoryMarshal.GetReference(_buyEnds), sellEnd = ref MemoryMarshal.GetReference(_sellEnds);
        ref int buyer = ref MemoryMarshal.GetReference(_buyers), seller = ref MemoryMarshal.GetReference(_sellers);
        ref var trade = ref MemoryMarshal.GetReference(trades[..cuts]);
        var empty = 0L;
        nint cut = 0;
        for (; cut < half; cut++)
        {
            early = early.Next(cut, ref buyEnd, ref sellEnd, ref buyer, ref seller, ref trade, ref empty);
            late = late.Next(cut + half, ref buyEnd, ref sellEnd, ref buyer, ref seller, ref trade, ref empty);
        }

        if (2 * half < cuts)
        {
            late.Next(2 * half, ref buyEnd, ref sellEnd, ref buyer, ref seller, ref trade, ref empty);
        }

        return empty < 0;
    }

    /// <summary>The merger as it stands after so many cuts.</summary>
    private Merger MergerAt(int cuts, int buys, int sells)
    {
        var (low, high) = (Math.Max(0, cuts - sells), Math.Min(cuts, buys));
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _buyEnds[middle] <= _sellEnds[cuts - middle - 1] ? (middle + 1, high) : (low, middle);
        }

        return new Merger(low, Math.Max(low > 0 ? _buyEnds[low - 1] : _from, low < cuts ? _sellEnds[cuts - low - 1] : _from));
    }

    /// <summary>How far the lists are merged.</summary>
    /// <param name="Buys">Buys that are cut off; all other cuts are sells'.</param>
    /// <param name="At">Wh of the last cut.</param>
    private readonly record struct Merger(nint Buys, long At)
    {
        /// <summary>
        /// The next cut. Where a buy and a sell end together there are two and no energy between them; <paramref name="empty"/> is
        /// negative from then on.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Merger Next(nint cut, ref long buyEnds, ref long sellEnds, ref int buyers, ref int sellers, ref PackedTrade trades, ref long empty)
        {
            unchecked
            {
                // No branch, as whose fill ends first cannot be predicted: all bits of isBuy are set if it is the buy's.
                var sells = cut - Buys;
                var sellEnd = Unsafe.Add(ref sellEnds, sells);
                var ahead = Unsafe.Add(ref buyEnds, Buys) - sellEnd;
                var isBuy = (ahead - 1) >> 63;
                var end = sellEnd + (ahead & isBuy);
                var energy = end - At;
                Unsafe.Add(ref trades, cut) = new PackedTrade(Unsafe.Add(ref buyers, Buys), Unsafe.Add(ref sellers, sells), (uint)energy);
                empty |= energy - 1;
                return new Merger(Buys - (nint)isBuy, end);
            }
        }
    }
}
