using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>
/// The one hash that the contract keeps of a settled period, recomputed here: whoever has the batch can tell whether exactly
/// that batch was settled.
/// </summary>
public static class SettlementCommitment
{
    private static readonly AbiType[] Fields =
        [AbiType.Parse("uint64"), AbiType.Parse("bytes32"), AbiType.Parse("bytes32"), AbiType.Parse("bytes32")];

    /// <summary>The upper 28 bytes of keccak-256 of <c>abi.encode(period, bidsRoot, tradesRoot, deltasHash)</c>; beside them the contract keeps the time.</summary>
    public static Hash256 Of(SettlementBatch batch, MemberLanes lanes)
    {
        const int TimeSize = 4;
        var hash = Keccak256.Hash(AbiEncoder.Encode(Fields, batch.Period.Index, batch.BidsRoot, batch.TradesRoot, DeltasHash(batch, lanes))).ToArray();
        hash.AsSpan(^TimeSize..).Clear();
        return new Hash256(hash);
    }

    /// <summary>keccak-256 of the packed delta words, one after another.</summary>
    public static Hash256 DeltasHash(SettlementBatch batch, MemberLanes lanes)
    {
        const int WordSize = 32;
        var words = lanes.Pack(batch);
        var bytes = new byte[words.Length * WordSize];
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i].ToByteArray(isUnsigned: true, isBigEndian: true);
            word.CopyTo(bytes, (i + 1) * WordSize - word.Length);
        }

        return Keccak256.Hash(bytes);
    }
}
