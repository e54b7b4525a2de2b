using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Funds;

/// <summary>
/// The deltas of a batch out of the call data of its transaction, held against the hash that the contract wrote into its log: a
/// node that tells other call data is found out.
/// </summary>
internal static class SettledDeltas
{
    /// <summary>What the contract logs for a batch without words: keccak-256 of nothing.</summary>
    private static readonly Hash256 OfNothing = Keccak256.Hash([]);

    /// <summary>Whether nobody's balance moved, so that there is nothing to read.</summary>
    public static bool AreNone(Hash256 deltasHash) => deltasHash == default || deltasHash == OfNothing;

    /// <summary>Whether a batch was settled by its parts, which moved its money before.</summary>
    public static bool AreInParts(MinedCall call, Address escrow, Hash256 deltasHash)
    {
        try
        {
            return call.To == escrow && SettlementCallData.PartsIn(call.Data.AsSpan()) == deltasHash;
        }
        catch (AbiFormatException)
        {
            return false;
        }
    }

    /// <param name="call">What the batch's transaction called.</param>
    /// <param name="escrow">The contract.</param>
    /// <param name="deltasHash">From its log.</param>
    /// <param name="what">Which batch, for messages.</param>
    /// <param name="from">The slot that was due at the first word.</param>
    /// <returns>By lane.</returns>
    /// <exception cref="FundsHistoryException">Not a settlement's call data, or another one's.</exception>
    public static ImmutableArray<LaneDelta> Read(MinedCall call, Address escrow, Hash256 deltasHash, string what, int from = 0)
    {
        try
        {
            if (call.To != escrow || SettlementCallData.WordsIn(call.Data.AsSpan()) is not { } words)
            {
                throw new FundsHistoryException($"{what} was settled by way of another contract, {call.To}; its deltas cannot be read from the transaction.");
            }

            return SettlementCommitment.DeltasHash(words) == deltasHash
                ? DeltaWords.Unpack(words, from)
                : throw new FundsHistoryException($"{what}: the node tells call data that the contract's log contradicts. Ask another node.");
        }
        catch (Exception e) when (e is AbiFormatException or FormatException or ArgumentException or OverflowException)
        {
            throw new FundsHistoryException($"{what}: the node tells call data that is none of a settlement: {e.Message}");
        }
    }
}
