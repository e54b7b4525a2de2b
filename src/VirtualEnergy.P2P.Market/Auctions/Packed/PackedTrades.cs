using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>One buyer and one seller by their places in the book, and the energy between them in Wh.</summary>
public readonly record struct PackedTrade(int Buyer, int Seller, uint WattHours);

/// <summary>
/// Pairs the fills of a packed book, buys and sells each in the book's order: at most one trade fewer than there are fills.
/// </summary>
/// <remarks>Working memory is kept. Not safe for concurrent use.</remarks>
public sealed class PackedTrades
{
    // A vector may be stored that reaches beyond what is counted.
    private const int Slack = 16;

    private readonly FilledSide _buys = new();
    private readonly FilledSide _sells = new();
    private PackedTrade[] _trades = [];

    /// <summary>Pairs without looking at owners: for books in which nobody stands on both sides.</summary>
    /// <param name="orders">The book.</param>
    /// <param name="fills">Wh of each order; as much bought as sold.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="ArgumentException">More is bought than sold, or the other way round.</exception>
    public ReadOnlySpan<PackedTrade> Pair(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills)
    {
        Prepare(orders, fills);
        return _trades.AsSpan(0, Walk());
    }

    /// <summary>Pairs so that no owner trades with herself.</summary>
    /// <param name="orders">The book.</param>
    /// <param name="fills">Wh of each order; as much bought as sold.</param>
    /// <param name="owners">Who owns each order.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="ArgumentException">The sums differ, or one owner holds so much that she would have to trade with herself.</exception>
    public ReadOnlySpan<PackedTrade> Pair(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills, ReadOnlySpan<int> owners)
    {
        Prepare(orders, fills);
        var apart = new PackedTradesApart(_trades, owners);
        apart.Walk(_buys.Places, _buys.Energies, _sells.Places, _sells.Energies);
        _trades = apart.Trades;
        return _trades.AsSpan(0, apart.Count);
    }

    private void Prepare(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills)
    {
        Split(orders, fills);
        if (_buys.Total != _sells.Total)
        {
            throw new ArgumentException("What is bought must equal what is sold.", nameof(fills));
        }

        if (_trades.Length < _buys.Count + _sells.Count)
        {
            _trades = new PackedTrade[_buys.Count + _sells.Count];
        }
    }

    /// <summary>Lays buys and sells end to end beside each other and cuts wherever one of them ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Walk()
    {
        var trades = _trades;
        ReadOnlySpan<int> buyers = _buys.Places, sellers = _sells.Places;
        ReadOnlySpan<long> buyEnds = _buys.Ends, sellEnds = _sells.Ends;
        var (buy, sell, count, at) = (0, 0, 0, 0L);
        while (buy < buyEnds.Length)
        {
            // No branch: whose fill ends first cannot be predicted.
            var (buyEnd, sellEnd) = (buyEnds[buy], sellEnds[sell]);
            var end = Math.Min(buyEnd, sellEnd);
            trades[count++] = new PackedTrade(buyers[buy], sellers[sell], (uint)(end - at));
            at = end;
            buy += buyEnd == end ? 1 : 0;
            sell += sellEnd == end ? 1 : 0;
        }

        return count;
    }

    private void Split(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills)
    {
        _buys.Begin(orders.Length + Slack);
        _sells.Begin(orders.Length + Slack);
        var start = Avx512F.IsSupported ? SplitWide(orders, fills) : 0;
        for (var i = start; i < orders.Length; i++)
        {
            var isFilled = fills[i] != 0;
            _buys.Put(i, fills[i], isFilled & orders[i].Rank < 0);
            _sells.Put(i, fills[i], isFilled & orders[i].Rank >= 0);
        }

        _buys.AddUp();
        _sells.AddUp();
    }

    /// <returns>The first place that is left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SplitWide(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills)
    {
        ref var order = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<PackedOrder, long>(orders));
        ref var fill = ref MemoryMarshal.GetReference(fills);
        var places = Vector512<int>.Indices;
        var i = 0;
        for (; i + 16 <= orders.Length; i += 16)
        {
            var ranks = Vector512.Narrow(
                Vector512.LoadUnsafe(ref order, (nuint)i) >> 32, Vector512.LoadUnsafe(ref order, (nuint)i + 8) >> 32);
            var energies = Vector512.LoadUnsafe(ref fill, (nuint)i);
            var isEmpty = Vector512.Equals(energies, Vector512<uint>.Zero).AsInt32();
            var isBuy = Vector512.LessThan(ranks, Vector512<int>.Zero);
            _buys.Put(places, energies, Vector512.AndNot(isBuy, isEmpty));
            _sells.Put(places, energies, ~(isBuy | isEmpty));
            places += Vector512.Create(16);
        }

        return i;
    }

    /// <summary>The filled orders of one side: their places, and where each fill ends when all are laid end to end.</summary>
    private sealed class FilledSide
    {
        private int[] _places = [];
        private uint[] _energies = [];
        private long[] _ends = [];

        public int Count { get; private set; }

        /// <summary>Wh of all.</summary>
        public long Total => Count == 0 ? 0 : _ends[Count - 1];

        public ReadOnlySpan<int> Places => _places.AsSpan(0, Count);

        public Span<uint> Energies => _energies.AsSpan(0, Count);

        public ReadOnlySpan<long> Ends => _ends.AsSpan(0, Count);

        public void Begin(int capacity)
        {
            Count = 0;
            if (_places.Length < capacity)
            {
                (_places, _energies, _ends) = (new int[capacity], new uint[capacity], new long[capacity]);
            }
        }

        /// <summary>Without a branch: what is not counted is overwritten by the next.</summary>
        public void Put(int place, uint energy, bool counts)
        {
            _places[Count] = place;
            _energies[Count] = energy;
            Count += counts ? 1 : 0;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Put(Vector512<int> places, Vector512<uint> energies, Vector512<int> count)
        {
            Avx512F.Compress(Vector512<int>.Zero, count, places).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_places), (nuint)Count);
            Avx512F.Compress(Vector512<uint>.Zero, count.AsUInt32(), energies).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_energies), (nuint)Count);
            Count += BitOperations.PopCount(count.ExtractMostSignificantBits());
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void AddUp()
        {
            var end = 0L;
            for (var i = 0; i < Count; i++)
            {
                end += _energies[i];
                _ends[i] = end;
            }
        }
    }
}
