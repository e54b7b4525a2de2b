using System.Numerics;

namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>
/// A set of ranks as a tree of bits, 64 to a node: the highest member is found by one count of leading zeros a level, three
/// levels for 262 144 ranks, however far apart the members are.
/// </summary>
internal sealed class RankSet
{
    private const int BitsOfNode = 6;

    /// <summary>The first has a bit for each rank, each following one a bit for each word before it, the last one word.</summary>
    private readonly ulong[][] _levels;

    public RankSet(int count)
    {
        var levels = new List<ulong[]>();
        do
        {
            count = (count + 63) >> BitsOfNode;
            levels.Add(new ulong[count]);
        }
        while (count > 1);
        _levels = [.. levels];
    }

    /// <summary>The highest member, or −1.</summary>
    public int Highest => _levels[^1][0] == 0 ? -1 : HighestUnder(_levels.Length - 1, 0);

    /// <summary>The highest member below a rank, or −1.</summary>
    public int HighestBelow(int rank)
    {
        for (var level = 0; level < _levels.Length; level++)
        {
            var node = rank >> BitsOfNode;
            var lower = _levels[level][node] & ((1UL << rank) - 1);
            if (lower != 0)
            {
                var below = node << BitsOfNode | BitOperations.Log2(lower);
                return level == 0 ? below : HighestUnder(level - 1, below);
            }

            rank = node;
        }

        return -1;
    }

    public void Add(int rank)
    {
        foreach (var level in _levels)
        {
            ref var word = ref level[rank >> BitsOfNode];
            var before = word;
            word |= 1UL << rank;
            if (before != 0)
            {
                return;
            }

            rank >>= BitsOfNode;
        }
    }

    public void Remove(int rank)
    {
        foreach (var level in _levels)
        {
            ref var word = ref level[rank >> BitsOfNode];
            word &= ~(1UL << rank);
            if (word != 0)
            {
                return;
            }

            rank >>= BitsOfNode;
        }
    }

    private int HighestUnder(int level, int node)
    {
        for (; level >= 0; level--)
        {
            node = node << BitsOfNode | BitOperations.Log2(_levels[level][node]);
        }

        return node;
    }
}
