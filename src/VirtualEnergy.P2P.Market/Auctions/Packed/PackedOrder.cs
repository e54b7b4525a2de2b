namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// A limit order in eight bytes: what an auction over millions of orders reads. Who owns it is known by its place in the book.
/// </summary>
/// <remarks>
/// The upper half is the tick for a sell and its complement for a buy, so that on both sides a smaller number is a better
/// price and one signed comparison says whether an order beats a limit. The lower half is the energy.
/// </remarks>
public readonly record struct PackedOrder
{
    private readonly long _bits;

    /// <param name="side">Buy or sell.</param>
    /// <param name="tick">Place on the <see cref="TickGrid"/>, not negative.</param>
    /// <param name="wattHours">Wh, positive.</param>
    public PackedOrder(Side side, int tick, uint wattHours)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tick);
        ArgumentOutOfRangeException.ThrowIfZero(wattHours);
        _bits = (long)(side == Side.Buy ? ~tick : tick) << 32 | wattHours;
    }

    public Side Side => _bits < 0 ? Side.Buy : Side.Sell;

    public int Tick => Rank < 0 ? ~Rank : Rank;

    public uint WattHours => unchecked((uint)_bits);

    /// <summary>The upper half: the smaller, the better the price within a side; negative for a buy.</summary>
    internal int Rank => unchecked((int)(_bits >> 32));
}
