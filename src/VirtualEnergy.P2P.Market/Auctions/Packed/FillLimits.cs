namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>How far orders of each side are filled, as ranks: whole before the limit, shared at the margin, not at all after.</summary>
internal readonly struct FillLimits
{
    // No order has such a rank.
    private const int Nobody = int.MinValue;

    private readonly long _buys;
    private readonly long _sells;
    private readonly int _sharedBuys;
    private readonly int _sharedSells;

    public FillLimits(Crossing crossing)
    {
        (_buys, _sharedBuys) = Of(crossing.Buy, ~crossing.Buy.Tick);
        (_sells, _sharedSells) = Of(crossing.Sell, crossing.Sell.Tick);
    }

    /// <summary>Wh that are filled, shared ones apart. No branch: neither the side nor whether it is filled can be predicted.</summary>
    public uint Fill(PackedOrder order)
    {
        long rank = order.Rank;
        var limit = _sells ^ ((_sells ^ _buys) & (rank >> 63));
        return order.WattHours & unchecked((uint)((rank - limit) >> 63));
    }

    public bool IsShared(PackedOrder order) => order.Rank == _sharedBuys | order.Rank == _sharedSells;

    private static (long Limit, int Shared) Of(Margin margin, int rank) =>
        margin.Tick < 0 ? (long.MinValue / 2, Nobody) : margin.IsPartial ? (rank, rank) : (rank + 1L, Nobody);
}
