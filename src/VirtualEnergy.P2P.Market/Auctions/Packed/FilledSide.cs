using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.Market.Auctions.Packed;

/// <summary>
/// The filled orders of one side in the book's order, laid end to end: the place of each, and the Wh up to which it reaches. A
/// queue: orders are laid behind while those in front are paired and dropped.
/// </summary>
internal sealed class FilledSide
{
    /// <summary>More is written than counts where whole vectors are stored, and behind the last order stands a mark.</summary>
    public const int Slack = 16;

    private int[] _places = [];
    private uint[] _energies = [];
    private long[] _ends = [];
    private int _first;
    private int _count;

    /// <summary>Wh laid since the last <see cref="Clear"/>, dropped ones included.</summary>
    public long Total { get; private set; }

    /// <summary>Places in the book, of the orders that are not dropped.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(_first, _count - _first);

    /// <summary>Wh of each of them.</summary>
    public Span<uint> Energies => _energies.AsSpan(_first, _count - _first);

    /// <summary>Wh from the first order ever laid to the end of each of them.</summary>
    public ReadOnlySpan<long> Ends => _ends.AsSpan(_first, _count - _first);

    /// <summary>Where the places of further orders are written before they are laid.</summary>
    public Span<int> NextPlaces => _places.AsSpan(_count);

    /// <summary>Where their Wh are written.</summary>
    public Span<uint> NextEnergies => _energies.AsSpan(_count);

    public void Clear() => (_first, _count, Total) = (0, 0, 0);

    public void Drop(int orders) => _first += orders;

    /// <summary>Makes room for so many further orders.</summary>
    public void Reserve(int orders)
    {
        if (_count + orders + Slack <= _places.Length)
        {
            return;
        }

        // In place only when as many were dropped as stay: so an order is moved once, on average, however many wait.
        var waiting = _count - _first;
        var length = Math.Max(waiting <= _first ? _places.Length : 2 * _places.Length, waiting + orders + Slack);
        (_places, _energies, _ends) = (Moved(_places, length), Moved(_energies, length), Moved(_ends, length));
        (_first, _count) = (0, waiting);
    }

    /// <summary>Lays orders that were written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Lay(int orders)
    {
        var (energies, ends, end) = (_energies, _ends, Total);
        var count = _count + orders;
        for (var i = _count; i < count; i++)
        {
            end += energies[i];
            ends[i] = end;
        }

        (_count, Total) = (count, end);
        _ends[count] = long.MaxValue; // The mark: whatever the other side has ends before it.
    }

    /// <summary>Number of orders that end there or before.</summary>
    public int EndingBy(long end)
    {
        var (low, high) = (end == Total ? Ends.Length : 0, Ends.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Ends[middle] <= end ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private T[] Moved<T>(T[] from, int length)
    {
        var to = length == from.Length ? from : new T[length];
        from.AsSpan(_first, _count - _first).CopyTo(to);
        return to;
    }
}
