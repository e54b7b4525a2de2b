using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>The delta words that a transaction settled, out of its call data: those of <c>settle</c>, <c>settleMetered</c> and <c>settlePart</c>, and what the payments of <c>settleVerified</c> net to.</summary>
public static class SettlementCallData
{
    private static readonly (AbiFunction Function, Func<object[], ImmutableArray<BigInteger>> Words)[] Calls =
    [
        (EnergySettlementAbi.Settle, arguments => Numbers(arguments[3])),
        (EnergySettlementAbi.SettleVerified, arguments => PaymentWords.Net(Numbers(arguments[3]))),
        (EnergySettlementAbi.SettleMetered, arguments => Numbers(arguments[2])),
        (EnergySettlementAbi.SettlePart, arguments => Numbers(arguments[3])),
    ];

    /// <summary>The words, whatever they are; null where it is another call.</summary>
    /// <exception cref="AbiFormatException">Not the call data that they seem to be.</exception>
    /// <exception cref="ArgumentException">Payments that no batch can hold.</exception>
    /// <exception cref="OverflowException">Likewise.</exception>
    public static ImmutableArray<BigInteger>? WordsIn(ReadOnlySpan<byte> data)
    {
        foreach (var (function, words) in Calls)
        {
            if (data.StartsWith(function.Selector.AsSpan()))
            {
                return words(function.DecodeCall(data));
            }
        }

        return null;
    }

    /// <summary>The words that have the log's <c>deltasHash</c>: what a node tells counts no further than that.</summary>
    /// <returns>Null where the data are of no such call, or have another hash.</returns>
    public static ImmutableArray<BigInteger>? WordsOf(ReadOnlySpan<byte> data, Hash256 deltasHash)
    {
        try
        {
            return WordsIn(data) is { } words && SettlementCommitment.DeltasHash(words) == deltasHash ? words : null;
        }
        catch (Exception nonsense) when (nonsense is AbiFormatException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>The chain of parts that a call settles a batch by; null where it is another call.</summary>
    /// <exception cref="AbiFormatException">Not the call data that they seem to be.</exception>
    public static Hash256? PartsIn(ReadOnlySpan<byte> data) =>
        data.StartsWith(EnergySettlementAbi.SettleParts.Selector.AsSpan()) ? new Hash256((byte[])EnergySettlementAbi.SettleParts.DecodeCall(data)[3])
        : data.StartsWith(EnergySettlementAbi.SettleMeteredParts.Selector.AsSpan()) ? new Hash256((byte[])EnergySettlementAbi.SettleMeteredParts.DecodeCall(data)[2])
        : null;

    private static ImmutableArray<BigInteger> Numbers(object array) => [.. ((object[])array).Cast<BigInteger>()];
}
