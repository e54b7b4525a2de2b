using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>
/// What the chain keeps of a round. Whoever has the round's bids recomputes all three; whoever has one bid or trade proves it
/// against a root.
/// </summary>
/// <remarks>
/// Encodings are <c>abi.encode</c> of the named values, energy in Wh, price in µEUR/kWh, money in µEUR.
/// <list type="bullet">
/// <item>Leaf of a bid: <c>uint64 index, bytes32 bidHash, address member, uint64 number</c>; indices follow the members' order.</item>
/// <item>Leaf of a trade: <c>uint64 index, address buyer, address seller, uint64 energy, int64 price, int64 amount,
/// int64 gridFee, int64 spread</c>, the last three in µEUR; indices
/// follow the round's order.</item>
/// <item>Round: <c>uint64 period, bool traded, int64 price, uint64 volume, bytes32 bidsRoot, bytes32 tradesRoot,
/// bytes32 deltasHash</c>, hashed once; the price is 0 where nothing traded. Where lots were drawn, <c>bytes32 seed</c> follows as
/// the eighth value; the encodings differ in length, so no round with a seed has the hash of one without.</item>
/// <item>Deltas: <c>(address member, int64 delta)[]</c>, hashed once, in the members' order.</item>
/// </list>
/// The index makes every leaf of a tree different, and two neighbouring bids prove that no member between them has one.
/// </remarks>
/// <param name="BidsRoot">Merkle root of the bids that counted.</param>
/// <param name="TradesRoot">Merkle root of the trades; <see cref="MerkleTree.EmptyRoot"/> where nothing traded.</param>
/// <param name="RoundHash">The whole round in one hash.</param>
public readonly record struct RoundCommitment(Hash256 BidsRoot, Hash256 TradesRoot, Hash256 RoundHash)
{
    private static readonly AbiType[] BidLeaf = Types("(uint64,bytes32,address,uint64)");
    private static readonly AbiType[] TradeLeaf = Types("(uint64,address,address,uint64,int64,int64,int64,int64)");
    private static readonly AbiType[] DeltaList = [AbiType.Parse("(address,int64)[]")];
    private static readonly AbiType[] Whole = Types("(uint64,bool,int64,uint64,bytes32,bytes32,bytes32)");
    private static readonly AbiType[] WholeWithSeed = [.. Whole, AbiType.Parse("bytes32")];

    /// <exception cref="FormatException">A member is no address: the round of a loose book is not for the chain.</exception>
    public static RoundCommitment Of(Round round)
    {
        var bids = BidsOf(round).Root;
        var trades = TradesOf(round).Root;
        var price = round.Clearing.Price;
        object[] values =
        [
            round.Period.Index,
            price is not null,
            price?.MicroEurPerKWh ?? 0L,
            round.Clearing.Volume.WattHours,
            bids,
            trades,
            DeltasHash(round.Deltas),
        ];
        var encoded = round.Seed is { } seed ? AbiEncoder.Encode(WholeWithSeed, [.. values, seed]) : AbiEncoder.Encode(Whole, values);
        return new RoundCommitment(bids, trades, Keccak256.Hash(encoded));
    }

    /// <summary>The tree behind <see cref="BidsRoot"/>, for proofs.</summary>
    public static MerkleTree BidsOf(Round round) => new(round.Bids.Select(LeafOf));

    /// <summary>The tree behind <see cref="TradesRoot"/>, for proofs.</summary>
    public static MerkleTree TradesOf(Round round) => new(round.Trades.Select(LeafOf));

    public static Hash256 LeafOf(SignedBid signed, int index) =>
        MerkleTree.Leaf(AbiEncoder.Encode(BidLeaf, index, signed.Hash, Address.FromMember(signed.Bid.Member), signed.Bid.Number));

    public static Hash256 LeafOf(Trade trade, int index) => MerkleTree.Leaf(AbiEncoder.Encode(
        TradeLeaf,
        index,
        Address.FromMember(trade.Buyer),
        Address.FromMember(trade.Seller),
        trade.Energy.WattHours,
        trade.Price.MicroEurPerKWh,
        trade.Amount.MicroEur,
        trade.GridFeeAmount.MicroEur,
        trade.SpreadAmount.MicroEur));

    public static Hash256 DeltasHash(ImmutableArray<MemberDelta> deltas) => Keccak256.Hash(AbiEncoder.Encode(
        DeltaList,
        [deltas.Select(delta => (object)new object[] { Address.FromMember(delta.Member), delta.Delta.MicroEur }).ToArray()]));

    private static AbiType[] Types(string tuple) => [.. ((AbiTuple)AbiType.Parse(tuple)).Components];
}
