namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// Pairs fills so that no owner trades with herself: a buy that meets its owner's own sell is set aside until someone else's comes.
/// </summary>
/// <remarks>
/// All that is set aside belongs to one owner, since another's sell takes the first of it. What one owner has left of both sides in the
/// end goes into earlier trades of others: her buy takes over their seller, her sell their buyer. Linear; it fails only when no pairing exists.
/// </remarks>
internal ref struct PackedTradesApart(PackedTrade[] trades, ReadOnlySpan<int> owners)
{
    private readonly ReadOnlySpan<int> _owners = owners;
    private PackedTrade[] _trades = trades;

    public int Count { get; private set; }

    public readonly PackedTrade[] Trades => _trades;

    /// <param name="buys">Places of the filled buys.</param>
    /// <param name="bought">Their Wh; used up.</param>
    /// <param name="sells">Places of the filled sells.</param>
    /// <param name="sold">Their Wh; used up.</param>
    public void Walk(ReadOnlySpan<int> buys, Span<uint> bought, ReadOnlySpan<int> sells, Span<uint> sold)
    {
        var (ownBuys, ownSells) = (new Queue<int>(), new Queue<int>());
        var buy = 0;
        for (var sell = 0; sell < sells.Length;)
        {
            var seller = _owners[sells[sell]];
            if (ownBuys.TryPeek(out var waiting) && _owners[buys[waiting]] != seller)
            {
                Take(buys[waiting], ref bought[waiting], sells[sell], ref sold[sell]);
                _ = bought[waiting] == 0 ? ownBuys.Dequeue() : waiting;
            }
            else if (buy == buys.Length)
            {
                ownSells.Enqueue(sell++);
                continue;
            }
            else if (_owners[buys[buy]] == seller)
            {
                ownBuys.Enqueue(buy++);
                continue;
            }
            else
            {
                Take(buys[buy], ref bought[buy], sells[sell], ref sold[sell]);
                buy += bought[buy] == 0 ? 1 : 0;
            }

            sell += sold[sell] == 0 ? 1 : 0;
        }

        var earlier = Count;
        for (var i = 0; ownSells.Count > 0; i++)
        {
            if (i == earlier)
            {
                throw new ArgumentException("An owner would have to trade with herself.", nameof(sells));
            }

            while (ownSells.TryPeek(out var sell) && IsOthers(_trades[i], _owners[sells[sell]]))
            {
                var own = ownBuys.Peek();
                Split(i, buys[own], ref bought[own], sells[sell], ref sold[sell]);
                _ = bought[own] == 0 ? ownBuys.Dequeue() : own;
                _ = sold[sell] == 0 ? ownSells.Dequeue() : sell;
            }
        }

        Count = Compact();
    }

    private readonly bool IsOthers(PackedTrade trade, int owner) =>
        trade.WattHours > 0 && _owners[trade.Buyer] != owner && _owners[trade.Seller] != owner;

    private void Split(int earlier, int buy, ref uint bought, int sell, ref uint sold)
    {
        var trade = _trades[earlier];
        var energy = Math.Min(trade.WattHours, Math.Min(bought, sold));
        _trades[earlier] = trade with { WattHours = trade.WattHours - energy };
        Add(new PackedTrade(buy, trade.Seller, energy));
        Add(new PackedTrade(trade.Buyer, sell, energy));
        bought -= energy;
        sold -= energy;
    }

    private void Take(int buy, ref uint bought, int sell, ref uint sold)
    {
        var energy = Math.Min(bought, sold);
        Add(new PackedTrade(buy, sell, energy));
        bought -= energy;
        sold -= energy;
    }

    private void Add(PackedTrade trade)
    {
        if (Count == _trades.Length)
        {
            Array.Resize(ref _trades, Math.Max(64, 2 * Count));
        }

        _trades[Count++] = trade;
    }

    private readonly int Compact()
    {
        var kept = 0;
        foreach (var trade in _trades.AsSpan(0, Count))
        {
            if (trade.WattHours > 0)
            {
                _trades[kept++] = trade;
            }
        }

        return kept;
    }
}
