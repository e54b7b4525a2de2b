using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// The prices of a market as ranks of a side: 0 is the least attractive price for the other side, and a higher rank trades
/// first. So both sides look alike: what is best is what is highest.
/// </summary>
internal sealed class TickScale
{
    /// <summary>Most prices that a book may have: 2²⁶.</summary>
    public const int MaximumCount = 1 << 26;

    /// <summary>Largest tick: 2³⁶ µEUR/kWh, so that the reciprocal below is exact.</summary>
    private const long MaximumTick = 1L << 36;

    private readonly long _lowest;
    private readonly long _tick;
    private readonly ulong _reciprocal;

    /// <exception cref="ArgumentException">There is no price, there are more than <see cref="MaximumCount"/>, or the tick is beyond reason.</exception>
    public TickScale(MarketRules market)
    {
        _tick = market.TickMicroEurPerKWh;
        ArgumentOutOfRangeException.ThrowIfLessThan(_tick, 1, nameof(market));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_tick, MaximumTick, nameof(market));
        _reciprocal = ((1UL << 63) + (ulong)_tick - 1) / (ulong)_tick;
        var first = CeilingDivide(market.Floor.MicroEurPerKWh, _tick);
        var count = FloorDivide(market.Cap.MicroEurPerKWh, _tick) - first + 1;
        if (count < 1 || count > MaximumCount)
        {
            throw new ArgumentException($"A book has 1 to {MaximumCount} prices; floor, cap and tick give {count}.", nameof(market));
        }

        _lowest = (long)(first * _tick);
        Count = (int)count;
    }

    /// <summary>How many prices there are.</summary>
    public int Count { get; }

    /// <returns>False when the price, which is inside the caps, is not on tick; the rank then means nothing.</returns>
    public bool TryRank(Side side, Price price, out int rank)
    {
        unchecked
        {
            // A multiplication in place of a division: with r = ⌈2⁶³/tick⌉ = (2⁶³ + e)/tick, e < tick, an offset of q ticks gives
            // 2q·tick·r = q·2⁶⁴ + 2q·e, and 2q·e < 2²⁷·2³⁶ stays below the upper word. What comes out for any other offset
            // fails the check, as no multiple of the tick equals it.
            var offset = price.MicroEurPerKWh - _lowest;
            var tick = (int)Math.BigMul((ulong)offset << 1, _reciprocal, out _);
            rank = side == Side.Buy ? tick : Count - 1 - tick;
            return tick * _tick == offset;
        }
    }

    public Price Price(Side side, int rank) => new(_lowest + (side == Side.Buy ? rank : Opposite(rank)) * _tick);

    /// <summary>The rank that the same price has on the other side.</summary>
    public int Opposite(int rank) => Count - 1 - rank;

    private static Int128 FloorDivide(long dividend, long divisor) => -CeilingDivide(-(Int128)dividend, divisor);

    private static Int128 CeilingDivide(Int128 dividend, long divisor) => dividend / divisor + (dividend % divisor > 0 ? 1 : 0);
}
