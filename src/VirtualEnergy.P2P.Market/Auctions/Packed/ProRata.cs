using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// Shares what a marginal level gets among its orders: pro rata in whole Wh, the Wh that rounding leaves to the largest
/// remainders, equal ones by the tie-break (market rule 4).
/// </summary>
internal sealed class ProRata
{
    private (int Place, uint WattHours)[] _orders = [];
    private Remainder[] _remainders = [];
    private int _count;

    /// <summary>Names an order of the level.</summary>
    public void Add(int place, uint wattHours)
    {
        if (_count == _orders.Length)
        {
            Array.Resize(ref _orders, Math.Max(64, 2 * _count));
        }

        _orders[_count++] = (place, wattHours);
    }

    /// <summary>Fills the orders that were named, all of a level that is filled in part, and forgets them; none named, none filled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Share<TTies>(Span<uint> fills, Margin margin, TTies ties)
        where TTies : struct, ITieBreak
    {
        if (_count == 0)
        {
            return;
        }

        if (_remainders.Length < _count)
        {
            _remainders = new Remainder[_orders.Length];
        }

        var left = margin.Filled;
        for (var i = 0; i < _count; i++)
        {
            var (place, wattHours) = _orders[i];
            var (share, remainder) = MultiplyDivide(wattHours, (ulong)margin.Filled, (ulong)margin.Standing);
            fills[place] = (uint)share;
            _remainders[i] = new Remainder(remainder, place);
            left -= (long)share;
        }

        if (left > 0)
        {
            var remainders = _remainders.AsSpan(0, _count);
            Selection.BringForward(remainders, (int)left, new LargestFirst<TTies>(ties));
            foreach (var (_, place) in remainders[..(int)left])
            {
                fills[place]++;
            }
        }

        _count = 0;
    }

    /// <summary>⌊a·b/c⌋ and a·b mod c, exact; b is less than c, so the quotient is less than a.</summary>
    private static (ulong Quotient, ulong Remainder) MultiplyDivide(uint a, ulong b, ulong c)
    {
        if (b <= uint.MaxValue)
        {
            return Math.DivRem(a * b, c);
        }

        var (quotient, remainder) = UInt128.DivRem((UInt128)a * b, c);
        return ((ulong)quotient, (ulong)remainder);
    }

    private readonly record struct Remainder(ulong Size, int Place);

    private readonly struct LargestFirst<TTies>(TTies ties) : IComparer<Remainder>
        where TTies : struct, ITieBreak
    {
        public int Compare(Remainder a, Remainder b) => a.Size != b.Size ? b.Size.CompareTo(a.Size) : ties.Compare(a.Place, b.Place);
    }
}
