using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>Bids with the tree that an operator committed to: what anyone needs to prove something about one of them.</summary>
public sealed class CommittedBids
{
    private readonly MerkleTree _tree;

    /// <param name="bids">In the order committed to, which in an honest round is the members'.</param>
    /// <exception cref="FormatException">A member is no address.</exception>
    public CommittedBids(ImmutableArray<SignedBid> bids) => (Bids, _tree) = (bids, new MerkleTree(bids.Select(RoundCommitment.LeafOf)));

    public ImmutableArray<SignedBid> Bids { get; }

    public Hash256 Root => _tree.Root;

    /// <summary>The siblings from a bid's leaf up to the root.</summary>
    public ImmutableArray<Hash256> Proof(int bid) => _tree.Proof(RoundCommitment.LeafOf(Bids[bid], bid));
}

/// <summary>Trades with the tree that an operator committed to.</summary>
public sealed class CommittedTrades
{
    private readonly MerkleTree _tree;

    /// <param name="trades">In the order committed to.</param>
    /// <exception cref="FormatException">A member is no address.</exception>
    public CommittedTrades(ImmutableArray<Trade> trades) => (Trades, _tree) = (trades, new MerkleTree(trades.Select(RoundCommitment.LeafOf)));

    public ImmutableArray<Trade> Trades { get; }

    public Hash256 Root => _tree.Root;

    /// <summary>The siblings from a trade's leaf up to the root.</summary>
    public ImmutableArray<Hash256> Proof(int trade) => _tree.Proof(RoundCommitment.LeafOf(Trades[trade], trade));
}
