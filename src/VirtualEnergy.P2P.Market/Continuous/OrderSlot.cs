using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// A resting order of <see cref="ContinuousBook"/>, 32 bytes. Its neighbours in the queue stand apart, in an array of
/// <see cref="QueueLinks"/> under the same index: an order that leaves touches two strangers there, and eight of those
/// records share a cache line. Index 0 is nobody.
/// </summary>
internal struct OrderSlot
{
    public long Id;
    public long WattHours;

    /// <summary>The next order whose id falls into the same bucket of <see cref="OrderIdIndex"/>.</summary>
    public int NextInBucket;

    /// <summary>Where <see cref="ExpiryHeap"/> holds the order, or 0.</summary>
    public int HeapPosition;

    public int Owner;

    private int _place;

    public readonly Side Side => (Side)(_place & 1);

    public readonly int Rank => _place >> 1;

    public void StandAt(Side side, int rank) => _place = rank << 1 | (int)side;
}

/// <summary>An order's neighbours at its price; in a free slot, <see cref="Younger"/> is the next free slot.</summary>
internal struct QueueLinks
{
    public int Younger;
    public int Older;
}
