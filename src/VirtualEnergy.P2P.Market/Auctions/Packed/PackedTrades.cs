namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>One buyer and one seller by their places in the book, and the energy between them in Wh.</summary>
public readonly record struct PackedTrade(int Buyer, int Seller, uint WattHours);

/// <summary>
/// Pairs the fills of a packed book, buys and sells each in the book's order: at most one trade fewer than there are fills.
/// </summary>
/// <remarks>
/// The book is taken in pieces, so that what is picked out of it stays in the cache until it is paired. Working memory is kept. Not
/// safe for concurrent use.
/// </remarks>
public sealed class PackedTrades
{
    private const int OrdersInPiece = 1 << 13;

    private readonly FilledSide _buys = new();
    private readonly FilledSide _sells = new();
    private readonly MergedEnds _merged = new();
    private PackedTrade[] _trades = [];

    /// <summary>Pairs without looking at owners: for books in which nobody stands on both sides.</summary>
    /// <param name="orders">The book.</param>
    /// <param name="fills">Wh of each order; as much bought as sold.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="ArgumentException">More is bought than sold, or the other way round.</exception>
    public ReadOnlySpan<PackedTrade> Pair(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills)
    {
        _buys.Clear();
        _sells.Clear();
        var (count, paired) = (0, 0L);
        for (var first = 0; first < orders.Length; first += OrdersInPiece)
        {
            var length = Math.Min(OrdersInPiece, orders.Length - first);
            FilledOrders.Lay(orders.Slice(first, length), fills.Slice(first, length), first, _buys, _sells);
            var reach = Math.Min(_buys.Total, _sells.Total);
            count += Pair(paired, reach, count);
            paired = reach;
        }

        RequireBalance();
        return _trades.AsSpan(0, count);
    }

    /// <summary>Pairs so that no owner trades with herself.</summary>
    /// <param name="orders">The book.</param>
    /// <param name="fills">Wh of each order; as much bought as sold.</param>
    /// <param name="owners">Who owns each order.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="ArgumentException">The sums differ, or one owner holds so much that she would have to trade with herself.</exception>
    public ReadOnlySpan<PackedTrade> Pair(ReadOnlySpan<PackedOrder> orders, ReadOnlySpan<uint> fills, ReadOnlySpan<int> owners)
    {
        _buys.Clear();
        _sells.Clear();
        FilledOrders.Lay(orders, fills[..orders.Length], 0, _buys, _sells);
        RequireBalance();
        Reserve(_buys.Places.Length + _sells.Places.Length);
        var apart = new PackedTradesApart(_trades, owners);
        apart.Walk(_buys.Places, _buys.Energies, _sells.Places, _sells.Energies);
        _trades = apart.Trades;
        return _trades.AsSpan(0, apart.Count);
    }

    /// <summary>Pairs what lies between two points of both sides and drops the orders that end there.</summary>
    /// <returns>Number of trades, written from a place on.</returns>
    private int Pair(long from, long to, int place)
    {
        var (buys, sells) = (_buys.EndingBy(to), _sells.EndingBy(to));
        var cuts = buys + sells;
        Reserve(place + cuts + MergedEnds.Slack);
        var trades = _trades.AsSpan(place);
        var hasEmpty = MergedEnds.IsSupported && to - from <= MergedEnds.MaxReach
            ? _merged.Cut(_buys, buys, _sells, sells, from, trades)
            : new LaidSides(_buys, _sells, from).Cut(buys, sells, trades);
        _buys.Drop(buys);
        _sells.Drop(sells);
        return hasEmpty ? WithoutEmpty(trades[..cuts]) : cuts;
    }

    private static int WithoutEmpty(Span<PackedTrade> trades)
    {
        var kept = 0;
        foreach (var trade in trades)
        {
            trades[kept] = trade;
            kept += trade.WattHours > 0 ? 1 : 0;
        }

        return kept;
    }

    private void Reserve(int trades)
    {
        if (trades > _trades.Length)
        {
            Array.Resize(ref _trades, Math.Max(trades, 2 * _trades.Length));
        }
    }

    private void RequireBalance()
    {
        if (_buys.Total != _sells.Total)
        {
            throw new ArgumentException("What is bought must equal what is sold.");
        }
    }
}
