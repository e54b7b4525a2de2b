using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// The one hash that the contract keeps of a settled period, recomputed here: whoever has the batch can tell whether exactly
/// that batch was settled.
/// </summary>
public static class SettlementCommitment
{
    private const int TimeSize = 4;

    private static readonly AbiType[] Fields =
        [AbiType.Parse("uint64"), AbiType.Parse("bytes32"), AbiType.Parse("bytes32"), AbiType.Parse("bytes32")];

    /// <summary>The upper 28 bytes of keccak-256 of <c>abi.encode(period, bidsRoot, tradesRoot, deltasHash)</c>; beside them the contract keeps the time.</summary>
    public static Hash256 Of(SettlementBatch batch, MemberLanes lanes) =>
        Of(batch.Period, batch.BidsRoot, batch.TradesRoot, DeltasHash(batch, lanes));

    /// <summary>The same of what the contract wrote into its log.</summary>
    public static Hash256 Of(SettledEvent settled) => Of(settled.Period, settled.BidsRoot, settled.TradesRoot, settled.DeltasHash);

    /// <summary>The same of a batch that has this hash of deltas: the chain of its parts, if it was settled by parts.</summary>
    public static Hash256 Of(SettlementBatch batch, Hash256 deltasHash) => Of(batch.Period, batch.BidsRoot, batch.TradesRoot, deltasHash);

    /// <summary>The same of a period whose money moves with a later one; its hash of deltas is zero.</summary>
    public static Hash256 OfRoots(SettlementBatch batch) => Of(batch.Period, batch.BidsRoot, batch.TradesRoot, default(Hash256));

    /// <summary>A commitment as the contract keeps it: the upper 28 bytes.</summary>
    public static Hash256 Upper(Hash256 commitment)
    {
        var kept = commitment.ToArray();
        kept.AsSpan(^TimeSize..).Clear();
        return new Hash256(kept);
    }

    /// <summary>keccak-256 of the packed delta words, one after another.</summary>
    public static Hash256 DeltasHash(SettlementBatch batch, MemberLanes lanes) => DeltasHash(batch.Deltas, lanes);

    /// <inheritdoc cref="DeltasHash(SettlementBatch, MemberLanes)"/>
    public static Hash256 DeltasHash(ImmutableArray<MemberDelta> deltas, MemberLanes lanes) =>
        DeltasHash(lanes.Pack(deltas));

    /// <summary>The same of words that are packed already.</summary>
    public static Hash256 DeltasHash(IReadOnlyList<BigInteger> words)
    {
        const int WordSize = 32;
        var bytes = new byte[words.Count * WordSize];
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i].ToByteArray(isUnsigned: true, isBigEndian: true);
            word.CopyTo(bytes, (i + 1) * WordSize - word.Length);
        }

        return Keccak256.Hash(bytes);
    }

    private static Hash256 Of(Period period, Hash256 bidsRoot, Hash256 tradesRoot, Hash256 deltasHash) =>
        Upper(Keccak256.Hash(AbiEncoder.Encode(Fields, period.Index, bidsRoot, tradesRoot, deltasHash)));
}
