using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>Bids with the tree that an operator committed to: what anyone needs to prove something about one of them, or about one that is missing.</summary>
/// <remarks>
/// A leaf is keccak-256 of <c>abi.encode(bytes32 bidHash, address member, uint64 number, bytes32 signatureHash)</c>, the last of r, s and v. The root
/// that the contract keeps is keccak-256 of <c>abi.encode(uint256 count, bytes32 tree)</c>.
/// </remarks>
public sealed class CommittedBids
{
    private readonly PositionalTree _tree;

    /// <param name="bids">In the order committed to, which in an honest round is the members', one each.</param>
    /// <exception cref="FormatException">A member is no address.</exception>
    public CommittedBids(ImmutableArray<SignedBid> bids)
    {
        Bids = bids;
        _tree = PositionalTree.Of(bids, LeafOf);
        Root = new StructHash(words: 2).AddSigned(bids.Length).Add(_tree.Root).Finish();
    }

    public ImmutableArray<SignedBid> Bids { get; }

    /// <summary>What the contract keeps.</summary>
    public Hash256 Root { get; }

    /// <summary>The root of the tree alone.</summary>
    public Hash256 Tree => _tree.Root;

    public ImmutableArray<Hash256> Siblings(int place) => _tree.Siblings(place);

    /// <summary>How many bids stand before a member's place, whether she is there or not.</summary>
    public int PlaceOf(MemberId member) => PositionalTree.PlaceIn(Bids, signed => signed.Bid.Member.CompareTo(member) < 0);

    /// <summary>The first place whose member is not above the one before it; null where all are in order.</summary>
    public int? FirstDisorder() =>
        Enumerable.Range(1, Math.Max(0, Bids.Length - 1)).Where(i => Bids[i - 1].Bid.Member.CompareTo(Bids[i].Bid.Member) >= 0).Select(i => (int?)i).FirstOrDefault();

    /// <exception cref="FormatException">The member is no address.</exception>
    public static Hash256 LeafOf(SignedBid signed) => new StructHash(words: 4)
        .Add(signed.Hash)
        .Add(Address.FromMember(signed.Bid.Member))
        .AddSigned(signed.Bid.Number)
        .Add(SignatureHash(signed))
        .Finish();

    public static Hash256 SignatureHash(SignedBid signed) => Keccak256.Hash(signed.Signature.AsSpan());
}
