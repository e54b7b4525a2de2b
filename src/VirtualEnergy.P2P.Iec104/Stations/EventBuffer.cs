using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Iec104.Stations;

internal readonly record struct BufferedEvent(CommonAddress Address, Cause Cause, InformationObject Object);

/// <summary>Events of one redundancy group in the order they happened, kept until the controlling station has acknowledged them.</summary>
/// <remarks>Every event has a number, counted from 0 for ever: First ≤ Next ≤ End. What is before Next is sent; what is before First is gone.</remarks>
internal sealed class EventBuffer(int capacity)
{
    private BufferedEvent[] _ring = [];

    /// <summary>Of the oldest event that is kept.</summary>
    public long First { get; private set; }

    /// <summary>Of the event that is sent next.</summary>
    public long Next { get; private set; }

    /// <summary>That the next new event gets.</summary>
    public long End { get; private set; }

    /// <summary>Events that were lost, since the beginning.</summary>
    public long Dropped { get; private set; }

    /// <returns>False when the oldest event was dropped for it.</returns>
    public bool Add(in BufferedEvent item)
    {
        var full = End - First == capacity;
        if (full)
        {
            First++;
            Dropped++;
            Next = Math.Max(Next, First);
        }
        else if (End - First == _ring.Length)
        {
            Grow();
        }

        _ring[End % _ring.Length] = item;
        End++;
        return !full;
    }

    /// <summary>Fills an ASDU with the next events as far as they share type, cause and address, and counts them as sent.</summary>
    /// <returns>The ASDU, empty when nothing waits.</returns>
    public ReadOnlySpan<byte> Pack(Span<byte> target)
    {
        if (Next == End)
        {
            return default;
        }

        var head = _ring[Next % _ring.Length];
        var writer = new AsduWriter(target, head.Object.Type, new CauseOfTransmission(head.Cause), head.Address);
        while (Next < End)
        {
            ref readonly var item = ref _ring[Next % _ring.Length];
            if (item.Object.Type != head.Object.Type || item.Cause != head.Cause || item.Address != head.Address || !writer.TryAdd(item.Object))
            {
                break;
            }

            Next++;
        }

        return writer.Written;
    }

    /// <summary>All before the number have arrived.</summary>
    public void Confirm(long number) => First = Math.Max(First, number);

    /// <summary>The link broke: what was not acknowledged is sent again.</summary>
    public void Rewind() => Next = First;

    public void Clear() => First = Next = End;

    private void Grow()
    {
        var larger = new BufferedEvent[Math.Min(capacity, Math.Max(16, 2 * _ring.Length))];
        for (var number = First; number < End; number++)
        {
            larger[number % larger.Length] = _ring[number % _ring.Length];
        }

        _ring = larger;
    }
}
