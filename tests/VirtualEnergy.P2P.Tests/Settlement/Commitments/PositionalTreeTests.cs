using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

public sealed class PositionalTreeTests
{
    private static readonly Gen<Hash256[]> Leaves = Gen.Byte.Array[32].Select(bytes => new Hash256(bytes)).Array[1, 40];

    [Fact]
    public void The_root_is_that_of_all_levels_filled_up_with_zeros() => Leaves.Sample(leaves =>
    {
        // As contracts/test/forge/RoundTest.sol does it: every level in full.
        var level = leaves.ToList();
        while (System.Numerics.BitOperations.PopCount((uint)level.Count) != 1)
        {
            level.Add(default);
        }

        while (level.Count > 1)
        {
            level = [.. level.Chunk(2).Select(pair => Keccak256.Hash([.. pair[0].ToArray(), .. pair[1].ToArray()]))];
        }

        Assert.Equal(level[0], new PositionalTree(leaves).Root);
    }, iter: 200);

    [Fact]
    public void Every_leaf_is_proved_in_its_place_and_nowhere_else() => Leaves.Sample(leaves =>
    {
        var tree = new PositionalTree(leaves);
        for (var i = 0; i < leaves.Length; i++)
        {
            var siblings = tree.Siblings(i);
            Assert.True(PositionalTree.Verify(tree.Root, leaves[i], i, leaves.Length, siblings.AsSpan()));
            Assert.False(PositionalTree.Verify(tree.Root, Keccak256.Hash(leaves[i].ToArray()), i, leaves.Length, siblings.AsSpan()));
            Assert.False(PositionalTree.Verify(tree.Root, leaves[i], i, leaves.Length, siblings.Add(default).AsSpan()));
            foreach (var other in Enumerable.Range(0, leaves.Length).Where(other => leaves[other] != leaves[i]))
            {
                Assert.False(PositionalTree.Verify(tree.Root, leaves[i], other, leaves.Length, siblings.AsSpan()));
            }

            // The same way further out, past the leaves, is no place.
            Assert.False(PositionalTree.Verify(tree.Root, leaves[i], i + (1 << siblings.Length), leaves.Length, siblings.AsSpan()));
        }
    }, iter: 100);

    [Fact]
    public void One_leaf_is_its_own_root()
    {
        var leaf = Keccak256.Hash("leaf"u8);

        Assert.Equal(leaf, new PositionalTree([leaf]).Root);
        Assert.Empty(new PositionalTree([leaf]).Siblings(0));
    }

    [Fact]
    public void No_leaves_have_the_root_zero() => Assert.Equal(default, new PositionalTree([]).Root);

    [Fact]
    public void A_place_that_is_none_has_no_proof()
    {
        var tree = new PositionalTree([Keccak256.Hash("leaf"u8)]);

        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Siblings(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Siblings(-1));
    }
}
