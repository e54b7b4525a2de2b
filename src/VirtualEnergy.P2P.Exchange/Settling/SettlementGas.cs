using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Settling;

/// <summary>What fits into one transaction, by what its words cost. Pure; the node's own estimate has the last word.</summary>
/// <param name="MostGas">The gas that a settlement should take at most.</param>
public readonly record struct SettlementGas(ulong MostGas)
{
    /// <summary>
    /// Three quarters of what a transaction may take. The rest is for what words do not show: a member's request of withdrawal that a batch takes from
    /// costs some 35,000 gas in a part.
    /// </summary>
    public const ulong Default = TransactionSenderOptions.MostGas / 4 * 3;

    /// <summary>A part of one word fits into it.</summary>
    public const ulong Least = 90_000;

    // Measured with the gas command of the benchmarks (docs/contract.md), rounded up: a word of six lanes 5,900, a payment without the words that it nets to
    // 565, an empty first part 75,600.
    private const ulong OfWord = 6_200;
    private const ulong OfPayment = 600;
    private const ulong Besides = 80_000;

    /// <summary>As many words of deltas fit.</summary>
    public int MostWords => (int)((MostGas - Besides) / OfWord);

    /// <summary>Whether payments fit that come to these words.</summary>
    public bool HasRoomFor(int payments, ImmutableArray<BigInteger> words) => Besides + OfPayment * (ulong)payments + OfWord * (ulong)words.Length <= MostGas;
}
