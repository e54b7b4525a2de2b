using System.Numerics;
using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>Orders taken out of a book to be looked at again, side by side, with their places.</summary>
internal sealed class SetAside
{
    private PackedOrder[] _orders = [];
    private int[] _places = [];
    private int _count;

    public Span<PackedOrder> Orders => _orders.AsSpan(0, _count);

    public Span<int> Places => _places.AsSpan(0, _count);

    public void Clear() => _count = 0;

    /// <summary>Takes the orders that are marked.</summary>
    /// <param name="orders">A piece of the book.</param>
    /// <param name="first">Place in the book, of the first of them.</param>
    /// <param name="marks">A bit for each, the lowest first.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<PackedOrder> orders, int first, ReadOnlySpan<ulong> marks)
    {
        if (_places.Length < _count + orders.Length)
        {
            Array.Resize(ref _orders, 2 * _orders.Length + orders.Length);
            Array.Resize(ref _places, _orders.Length);
        }

        var (taken, places, count) = (_orders, _places, _count);
        for (var word = 0; word < marks.Length; word++)
        {
            for (var left = marks[word]; left != 0; left &= left - 1)
            {
                var i = word * 64 + BitOperations.TrailingZeroCount(left);
                (taken[count], places[count]) = (orders[i], first + i);
                count++;
            }
        }

        _count = count;
    }
}
