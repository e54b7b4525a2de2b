using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>
/// A Merkle tree that OpenZeppelin's <c>MerkleProof</c> verifies, laid out as their StandardMerkleTree is: a leaf is the hash of
/// the hash of its encoding, so no inner node (64 bytes) can pass for one; a node hashes its two children, the smaller
/// first, so a proof needs no positions; the leaves are sorted, and the tree is an implicit heap.
/// </summary>
public sealed class MerkleTree
{
    /// <summary>The root of no leaves: zero, under which nothing can be proved.</summary>
    public static readonly Hash256 EmptyRoot;

    private readonly Hash256[] _heap;
    private readonly Dictionary<Hash256, int> _places;

    /// <param name="leaves">Leaf hashes, each from <see cref="Leaf"/>, in any order.</param>
    /// <exception cref="ArgumentException">Two leaves are equal.</exception>
    public MerkleTree(IEnumerable<Hash256> leaves)
    {
        var sorted = leaves.Order().ToArray();
        _heap = new Hash256[Math.Max(0, 2 * sorted.Length - 1)];
        _places = new Dictionary<Hash256, int>(sorted.Length);
        for (var i = 0; i < sorted.Length; i++)
        {
            _heap[^(i + 1)] = sorted[i];
            if (!_places.TryAdd(sorted[i], _heap.Length - 1 - i))
            {
                throw new ArgumentException($"Two leaves are {sorted[i]}.", nameof(leaves));
            }
        }

        for (var i = _heap.Length - 1 - sorted.Length; i >= 0; i--)
        {
            _heap[i] = Pair(_heap[2 * i + 1], _heap[2 * i + 2]);
        }
    }

    public Hash256 Root => _heap.Length == 0 ? EmptyRoot : _heap[0];

    /// <summary>The hash of the hash of a leaf's ABI encoding.</summary>
    public static Hash256 Leaf(ReadOnlySpan<byte> encoding)
    {
        Span<byte> once = stackalloc byte[Hash256.Size];
        Keccak256.Hash(encoding).CopyTo(once);
        return Keccak256.Hash(once);
    }

    /// <summary>The siblings from the leaf up to the root.</summary>
    /// <exception cref="ArgumentException">No such leaf.</exception>
    public ImmutableArray<Hash256> Proof(Hash256 leaf)
    {
        if (!_places.TryGetValue(leaf, out var place))
        {
            throw new ArgumentException($"{leaf} is no leaf of this tree.", nameof(leaf));
        }

        var proof = ImmutableArray.CreateBuilder<Hash256>();
        for (; place > 0; place = (place - 1) / 2)
        {
            proof.Add(_heap[place % 2 == 1 ? place + 1 : place - 1]);
        }

        return proof.ToImmutable();
    }

    public static bool Verify(Hash256 root, Hash256 leaf, IEnumerable<Hash256> proof) => proof.Aggregate(leaf, Pair) == root;

    private static Hash256 Pair(Hash256 a, Hash256 b)
    {
        Span<byte> bytes = stackalloc byte[2 * Hash256.Size];
        var (first, second) = a.CompareTo(b) <= 0 ? (a, b) : (b, a);
        first.CopyTo(bytes);
        second.CopyTo(bytes[Hash256.Size..]);
        return Keccak256.Hash(bytes);
    }
}
