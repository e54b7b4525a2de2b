namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// The resting orders that expire, soonest first and then by id: a heap with four children to a node whose positions the
/// orders know, so that an order that leaves for another reason is taken out at once and the heap never holds the dead.
/// </summary>
internal sealed class ExpiryHeap
{
    private const int Children = 4;

    /// <summary>The first order that expires makes room for this part of the book's capacity.</summary>
    private const int InitialShare = 4;

    /// <summary>From index 1; an order's position 0 says that it does not expire.</summary>
    private Entry[] _entries = new Entry[1];

    public int Count { get; private set; }

    /// <summary>The slot of the order that expires first. Only when there is one.</summary>
    public int First => _entries[1].Slot;

    public bool IsDue(long instant) => Count > 0 && _entries[1].Expiry <= instant;

    public long Expiry(int position) => _entries[position].Expiry;

    public void Add(OrderSlot[] orders, int slot, long expiry)
    {
        if (++Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(2 * Count, orders.Length / InitialShare));
        }

        Rise(orders, Count, new Entry(expiry, orders[slot].Id, slot));
    }

    public void Remove(OrderSlot[] orders, int position)
    {
        var last = _entries[Count--];
        if (position > Count)
        {
            return;
        }

        if (position > 1 && last.IsBefore(_entries[Parent(position)]))
        {
            Rise(orders, position, last);
        }
        else
        {
            Sink(orders, position, last);
        }
    }

    private void Rise(OrderSlot[] orders, int position, in Entry entry)
    {
        while (position > 1 && entry.IsBefore(_entries[Parent(position)]))
        {
            Put(orders, position, _entries[Parent(position)]);
            position = Parent(position);
        }

        Put(orders, position, entry);
    }

    private void Sink(OrderSlot[] orders, int position, in Entry entry)
    {
        while (true)
        {
            // Children of n, counted from 1: 4n − 2 to 4n + 1. 64 bits, as the largest book's would pass 32 checked.
            var first = Children * (long)position - (Children - 2);
            if (first > Count)
            {
                break;
            }

            var soonest = (int)first;
            var end = (int)Math.Min(first + Children - 1, Count);
            for (var child = soonest + 1; child <= end; child++)
            {
                soonest = _entries[child].IsBefore(_entries[soonest]) ? child : soonest;
            }

            if (!_entries[soonest].IsBefore(entry))
            {
                break;
            }

            Put(orders, position, _entries[soonest]);
            position = soonest;
        }

        Put(orders, position, entry);
    }

    private void Put(OrderSlot[] orders, int position, in Entry entry)
    {
        _entries[position] = entry;
        orders[entry.Slot].HeapPosition = position;
    }

    private static int Parent(int position) => (position + Children - 2) / Children;

    private readonly record struct Entry(long Expiry, long Id, int Slot)
    {
        public bool IsBefore(in Entry other) => Expiry != other.Expiry ? Expiry < other.Expiry : Id < other.Id;
    }
}
