using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Commitments;

/// <summary>
/// What the chain keeps of a round. Whoever has the round's bids recomputes all three; whoever has one bid or trade proves it
/// against a root (<see cref="CommittedBids"/>, <see cref="CommittedTrades"/>).
/// </summary>
/// <remarks>
/// Encodings are <c>abi.encode</c> of the named values, energy in Wh, price in µEUR/kWh, money in µEUR.
/// <list type="bullet">
/// <item>Round: <c>uint64 period, bool traded, int64 price, uint64 volume, bytes32 bidsRoot, bytes32 tradesRoot,
/// bytes32 deltasHash</c>, hashed once; the price is 0 where nothing traded. Where lots were drawn, <c>bytes32 seed</c> follows as
/// the eighth value; the encodings differ in length, so no round with a seed has the hash of one without.</item>
/// <item>Deltas: <c>(address member, int64 delta)[]</c>, hashed once, in the members' order.</item>
/// </list>
/// </remarks>
/// <param name="BidsRoot">Stands for the bids that counted.</param>
/// <param name="TradesRoot">Stands for the trades, the ledger and the price.</param>
/// <param name="RoundHash">The whole round in one hash.</param>
public readonly record struct RoundCommitment(Hash256 BidsRoot, Hash256 TradesRoot, Hash256 RoundHash)
{
    private static readonly AbiType[] DeltaList = [AbiType.Parse("(address,int64)[]")];
    private static readonly AbiType[] Whole = Types("(uint64,bool,int64,uint64,bytes32,bytes32,bytes32)");
    private static readonly AbiType[] WholeWithSeed = [.. Whole, AbiType.Parse("bytes32")];

    /// <exception cref="FormatException">A member is no address: the round of a loose book is not for the chain.</exception>
    public static RoundCommitment Of(Round round) => Of(round, new CommittedBids(round.Bids).Root, CommittedTrades.Of(round).Root);

    /// <summary>The same where the roots are known already.</summary>
    public static RoundCommitment Of(Round round, Hash256 bids, Hash256 trades)
    {
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

    public static Hash256 DeltasHash(ImmutableArray<MemberDelta> deltas) => Keccak256.Hash(AbiEncoder.Encode(
        DeltaList,
        [deltas.Select(delta => (object)new object[] { Address.FromMember(delta.Member), delta.Delta.MicroEur }).ToArray()]));

    private static AbiType[] Types(string tuple) => [.. ((AbiTuple)AbiType.Parse(tuple)).Components];
}
