using System.Collections.Immutable;
using System.Numerics;
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

    private static readonly (AbiFunction Function, Func<object[], IReadOnlyList<BigInteger>> Words)[] Calls =
    [
        (EnergySettlementAbi.Settle, arguments => Numbers(arguments[3])),
        (EnergySettlementAbi.SettleVerified, arguments => [.. PaymentWords.Net(Numbers(arguments[3]))]),
        (EnergySettlementAbi.SettleMetered, arguments => Numbers(arguments[2])),
    ];

    /// <summary>Whether nobody's balance moved, so that there is nothing to read.</summary>
    public static bool AreNone(Hash256 deltasHash) => deltasHash == default || deltasHash == OfNothing;

    /// <param name="call">What the batch's transaction called.</param>
    /// <param name="escrow">The contract.</param>
    /// <param name="deltasHash">From its log.</param>
    /// <param name="what">Which batch, for messages.</param>
    /// <returns>By lane.</returns>
    /// <exception cref="FundsHistoryException">Not a settlement's call data, or another one's.</exception>
    public static ImmutableArray<LaneDelta> Read(MinedCall call, Address escrow, Hash256 deltasHash, string what)
    {
        try
        {
            var settle = Calls.FirstOrDefault(known => call.Data.AsSpan().StartsWith(known.Function.Selector.AsSpan()));
            if (call.To != escrow || settle.Function is null)
            {
                throw new FundsHistoryException($"{what} was settled by way of another contract, {call.To}; its deltas cannot be read from the transaction.");
            }

            var words = settle.Words(settle.Function.DecodeCall(call.Data.AsSpan()));
            return SettlementCommitment.DeltasHash(words) == deltasHash
                ? DeltaWords.Unpack(words)
                : throw new FundsHistoryException($"{what}: the node tells call data that the contract's log contradicts. Ask another node.");
        }
        catch (Exception e) when (e is AbiFormatException or FormatException or ArgumentException or OverflowException)
        {
            throw new FundsHistoryException($"{what}: the node tells call data that is none of a settlement: {e.Message}");
        }
    }

    private static IReadOnlyList<BigInteger> Numbers(object array) => [.. ((object[])array).Cast<BigInteger>()];
}
