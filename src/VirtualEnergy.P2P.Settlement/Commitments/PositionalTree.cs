using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>
/// A Merkle tree whose leaves have places: leaf <em>i</em> hangs where the bits of <em>i</em> lead from the root, and what is missing up to
/// the next power of two is zero. So a proof is of a place, and two of neighbouring places prove that nothing stands between
/// them. <c>contracts/libraries/PositionalTrees.sol</c> verifies it.
/// </summary>
/// <remarks>
/// A node hashes its two children, 64 bytes. Every leaf must be the hash of something longer: then neither passes for the other. Memory is two
/// hashes a leaf, whatever the next power of two is.
/// </remarks>
public sealed class PositionalTree
{
    private static readonly ImmutableArray<Hash256> Zeros = ZerosUpTo(63);

    /// <summary>Fewer hashes are not worth another thread.</summary>
    private const int Many = 512;

    /// <summary>Hashes that a thread takes at a time.</summary>
    private const int Share = 128;

    private readonly Hash256[][] _levels;

    /// <param name="leaves">Leaf hashes, in their places.</param>
    public PositionalTree(ReadOnlySpan<Hash256> leaves)
        : this(leaves.ToArray())
    {
    }

    private PositionalTree(Hash256[] leaves)
    {
        Count = leaves.Length;
        _levels = new Hash256[DepthOf(Count) + 1][];
        _levels[0] = leaves;
        for (var depth = 1; depth < _levels.Length; depth++)
        {
            var (below, zero) = (_levels[depth - 1], Zeros[depth - 1]);
            _levels[depth] = InPlaces((below.Length + 1) / 2, i => Node(below[2 * i], 2 * i + 1 < below.Length ? below[2 * i + 1] : zero));
        }
    }

    /// <summary>The tree over some items, hashed by all cores where they are many.</summary>
    public static PositionalTree Of<T>(ImmutableArray<T> items, Func<T, Hash256> leafOf) => new(InPlaces(items.Length, i => leafOf(items[i])));

    public int Count { get; }

    /// <summary>Zero where there are no leaves; of a single leaf, the leaf.</summary>
    public Hash256 Root => Count == 0 ? default : _levels[^1][0];

    /// <summary>The siblings from a place up to the root.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such place.</exception>
    public ImmutableArray<Hash256> Siblings(int place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(place, Count);
        var siblings = ImmutableArray.CreateBuilder<Hash256>(_levels.Length - 1);
        for (var depth = 0; depth < _levels.Length - 1; depth++, place /= 2)
        {
            siblings.Add((place ^ 1) < _levels[depth].Length ? _levels[depth][place ^ 1] : Zeros[depth]);
        }

        return siblings.MoveToImmutable();
    }

    /// <summary>Whether a leaf stands at a place of a tree with this root and so many leaves.</summary>
    public static bool Verify(Hash256 root, Hash256 leaf, int place, int count, ReadOnlySpan<Hash256> siblings) =>
        place >= 0 && place < count && siblings.Length == DepthOf(count) && RootOver(leaf, place, siblings) == root;

    /// <summary>The root over a leaf, wherever in a tree it may be.</summary>
    /// <param name="place">Not negative; of its bits only as many count as there are siblings.</param>
    public static Hash256 RootOver(Hash256 leaf, int place, ReadOnlySpan<Hash256> siblings)
    {
        foreach (var sibling in siblings)
        {
            leaf = place % 2 == 0 ? Node(leaf, sibling) : Node(sibling, leaf);
            place /= 2;
        }

        return leaf;
    }

    /// <summary>The place in an ascending list behind everything that comes before.</summary>
    public static int PlaceIn<T>(ImmutableArray<T> ascending, Func<T, bool> comesBefore)
    {
        var (from, to) = (0, ascending.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = comesBefore(ascending[middle]) ? (middle + 1, to) : (from, middle);
        }

        return from;
    }

    private static Hash256[] InPlaces(int count, Func<int, Hash256> hashOf)
    {
        var hashes = new Hash256[count];
        if (count < Many)
        {
            for (var i = 0; i < count; i++)
            {
                hashes[i] = hashOf(i);
            }

            return hashes;
        }

        Parallel.For(0, (count + Share - 1) / Share, share =>
        {
            for (var i = share * Share; i < Math.Min(count, (share + 1) * Share); i++)
            {
                hashes[i] = hashOf(i);
            }
        });
        return hashes;
    }

    private static int DepthOf(int count) => count <= 1 ? 0 : BitOperations.Log2((uint)count - 1) + 1;

    private static Hash256 Node(Hash256 left, Hash256 right)
    {
        Span<byte> both = stackalloc byte[2 * Hash256.Size];
        left.CopyTo(both);
        right.CopyTo(both[Hash256.Size..]);
        return Keccak256.Hash(both);
    }

    private static ImmutableArray<Hash256> ZerosUpTo(int depth)
    {
        var zeros = ImmutableArray.CreateBuilder<Hash256>();
        zeros.Add(default);
        while (zeros.Count < depth)
        {
            zeros.Add(Node(zeros[^1], zeros[^1]));
        }

        return zeros.ToImmutable();
    }
}
