using System.Numerics;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// Finds a resting order by its id: buckets of chains that run through the orders, two buckets to an order.
/// </summary>
/// <remarks>
/// Ids that follow one another lie side by side, 16 to a cache line, as most venues count them up. The upper bits are mixed
/// by a factor that comes from the seed, so that a sender who chooses ids and does not know it cannot make them share a
/// bucket; the seed has no influence on any outcome.
/// </remarks>
internal sealed class OrderIdIndex
{
    private const int BucketsOfOrder = 2;
    private const int BitsOfRun = 4;
    private const int RunMask = (1 << BitsOfRun) - 1;

    private readonly ulong _factor;
    private int[] _buckets = [];
    private int _shift;

    /// <remarks>The factor is a word of splitmix64 (Steele, Lea, Flood 2014), made odd.</remarks>
    public OrderIdIndex(ulong seed) => _factor = Mix(unchecked(seed + 0x9E3779B97F4A7C15)) | 1;

    /// <summary>The slot of the order, or 0.</summary>
    public int Find(OrderSlot[] orders, long id)
    {
        var slot = _buckets[Bucket(id)];
        while (slot != 0 && orders[slot].Id != id)
        {
            slot = orders[slot].NextInBucket;
        }

        return slot;
    }

    public void Add(ref OrderSlot order, int slot)
    {
        ref var first = ref _buckets[Bucket(order.Id)];
        order.NextInBucket = first;
        first = slot;
    }

    public void Remove(OrderSlot[] orders, in OrderSlot order, int slot)
    {
        ref var link = ref _buckets[Bucket(order.Id)];
        while (link != slot)
        {
            link = ref orders[link].NextInBucket;
        }

        link = order.NextInBucket;
    }

    /// <summary>Makes room for so many orders (a power of two) and takes in again those that rest.</summary>
    public void Resize(OrderSlot[] orders, int capacity, int highestUsed)
    {
        _buckets = new int[(int)Math.Min((long)capacity * BucketsOfOrder, 1 << 28)];
        _shift = 64 - (BitOperations.Log2((uint)_buckets.Length) - BitsOfRun);
        for (var slot = 1; slot <= highestUsed; slot++)
        {
            Add(ref orders[slot], slot);
        }
    }

    /// <summary>The upper bits by multiplication and shift (Dietzfelbinger et al. 1997), the lower ones as they are.</summary>
    private int Bucket(long id)
    {
        unchecked
        {
            return (int)((ulong)(id >> BitsOfRun) * _factor >> _shift) << BitsOfRun | (int)id & RunMask;
        }
    }

    private static ulong Mix(ulong word)
    {
        unchecked
        {
            word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9;
            word = (word ^ word >> 27) * 0x94D049BB133111EB;
            return word ^ word >> 31;
        }
    }
}
