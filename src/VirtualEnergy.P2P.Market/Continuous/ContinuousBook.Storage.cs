using System.Numerics;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>Where the orders lie: each in a slot, and by the slot's number in its queue, in the index and in the heap.</summary>
public sealed partial class ContinuousBook
{
    private const int SmallestCapacity = 16;

    private readonly OrderIdIndex _ids;
    private readonly ExpiryHeap _expiries = new();
    private OrderSlot[] _orders = [];
    private QueueLinks[] _links = [];
    private int _highestUsed;
    private int _firstFree;

    public int Count { get; private set; }

    private void Add(in BookOrder order, int rank, long wattHours)
    {
        var slot = TakeFreeSlot();
        ref var resting = ref _orders[slot];
        resting.Id = order.Id;
        resting.WattHours = wattHours;
        resting.Owner = order.Owner;
        resting.HeapPosition = 0;
        resting.StandAt(order.Side, rank);
        _sides[(int)order.Side].Append(_links, slot, rank);
        _ids.Add(ref resting, slot);
        if (order.Expiry != BookOrder.NoExpiry)
        {
            _expiries.Add(_orders, slot, order.Expiry);
        }

        Count++;
    }

    private void Remove(int slot)
    {
        ref var order = ref _orders[slot];
        _sides[(int)order.Side].Unlink(_links, slot, order.Rank);
        _ids.Remove(_orders, order, slot);
        if (order.HeapPosition != 0)
        {
            _expiries.Remove(_orders, order.HeapPosition);
        }

        // The slot that was left last is taken first: its record is the likeliest to be in the cache.
        _links[slot].Younger = _firstFree;
        _firstFree = slot;
        Count--;
    }

    private int TakeFreeSlot()
    {
        var slot = _firstFree;
        if (slot != 0)
        {
            _firstFree = _links[slot].Younger;
            return slot;
        }

        if (_highestUsed == _orders.Length - 1)
        {
            Resize(_orders.Length * 2);
        }

        return ++_highestUsed;
    }

    /// <summary>Only when every slot is in use, so that the index takes in all of them.</summary>
    private void Resize(int capacity)
    {
        capacity = (int)BitOperations.RoundUpToPowerOf2((uint)capacity);
        Array.Resize(ref _orders, capacity);
        Array.Resize(ref _links, capacity);
        _ids.Resize(_orders, capacity, _highestUsed);
    }
}
