using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

public sealed class MerkleTreeTests
{
    private static readonly Gen<Hash256[]> Leaves =
        Gen.Byte.Array[32].Select(bytes => new Hash256(bytes)).Array[1, 40].Select(leaves => leaves.Distinct().ToArray());

    [Fact]
    public void The_example_of_openzeppelins_library_has_its_root()
    {
        // github.com/OpenZeppelin/merkle-tree, README, "Building a Tree": types address and uint256, and the root it prints.
        AbiType[] types = [AbiType.Parse("address"), AbiType.Parse("uint256")];
        var tree = new MerkleTree(
        [
            MerkleTree.Leaf(AbiEncoder.Encode(types, Address.Parse("0x1111111111111111111111111111111111111111"), 5_000_000_000_000_000_000)),
            MerkleTree.Leaf(AbiEncoder.Encode(types, Address.Parse("0x2222222222222222222222222222222222222222"), 2_500_000_000_000_000_000)),
        ]);

        Assert.Equal("0xd4dee0beab2d53f2cc83e567171bd2820e49898130a22622b10ead383e90bd77", tree.Root.ToString());
    }

    [Fact]
    public void Every_leaf_is_proved_and_no_other_hash_is() => Leaves.Sample(leaves =>
    {
        var tree = new MerkleTree(leaves);
        foreach (var leaf in leaves)
        {
            var proof = tree.Proof(leaf);
            Assert.True(MerkleTree.Verify(tree.Root, leaf, proof));
            Assert.False(MerkleTree.Verify(tree.Root, Keccak256.Hash(leaf.ToArray()), proof));
            Assert.False(MerkleTree.Verify(tree.Root, leaf, proof.Add(leaf)));
        }
    }, iter: 200);

    [Fact]
    public void The_order_of_the_leaves_does_not_matter() => Leaves.Sample(leaves =>
        Assert.Equal(new MerkleTree(leaves).Root, new MerkleTree(leaves.Reverse()).Root));

    [Fact]
    public void One_leaf_is_its_own_root()
    {
        var leaf = MerkleTree.Leaf([1]);

        Assert.Equal(leaf, new MerkleTree([leaf]).Root);
        Assert.Empty(new MerkleTree([leaf]).Proof(leaf));
    }

    [Fact]
    public void No_leaves_have_the_root_zero() => Assert.Equal(default, new MerkleTree([]).Root);

    [Fact]
    public void Equal_leaves_are_refused() => Assert.Throws<ArgumentException>(() => new MerkleTree([MerkleTree.Leaf([1]), MerkleTree.Leaf([1])]));

    [Fact]
    public void What_is_no_leaf_has_no_proof() =>
        Assert.Throws<ArgumentException>(() => new MerkleTree([MerkleTree.Leaf([1])]).Proof(MerkleTree.Leaf([2])));
}
