using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Ethereum.Abi;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>How far an escrow has settled deviations.</summary>
/// <param name="Period">The last period whose metered batch was settled; at first, the one before the first trading period.</param>
/// <param name="StandsOn">The trading period after which that was: with it it is challenged and rolled back.</param>
public readonly record struct Metering(Period Period, Period StandsOn);

/// <summary>The deviations of one metered period as they settle on the chain, with the corrections of earlier ones.</summary>
/// <param name="Period">The period metered: after the last one metered, and not after the last one traded.</param>
/// <param name="MeterRoot">Root of the tree of readings and estimates.</param>
/// <param name="Deltas">At most one a member, in any order; + is received, and all of them sum to zero.</param>
public sealed record MeteredBatch(Period Period, Hash256 MeterRoot, ImmutableArray<MemberDelta> Deltas)
{
    private static readonly AbiType[] Fields =
        [.. new[] { "uint64", "uint32", "uint32", "bytes32", "bytes32" }.Select(AbiType.Parse)];

    private static readonly AbiType[] Pair = [AbiType.Parse("bytes32"), AbiType.Parse("bytes32")];

    /// <summary>keccak-256 of <c>abi.encode(uint64 meteredPeriod, uint32 before.period, uint32 before.standsOn, bytes32 meterRoot, bytes32 deltasHash)</c>.</summary>
    /// <param name="before">What the escrow said before the batch.</param>
    /// <param name="lanes">The members' lanes.</param>
    /// <exception cref="ArgumentException">A delta's member is not registered, or it does not fit.</exception>
    public Hash256 HashAfter(Metering before, MemberLanes lanes) => HashOf(Period, before, MeterRoot, SettlementCommitment.DeltasHash(Deltas, lanes));

    /// <summary>The same of a batch that has this hash of deltas: the chain of its parts, if it was settled by parts.</summary>
    public Hash256 HashAfter(Metering before, Hash256 deltasHash) => HashOf(Period, before, MeterRoot, deltasHash);

    /// <summary>The same of what the contract wrote into its log.</summary>
    public static Hash256 HashOf(SettledMeteredEvent settled) => HashOf(settled.MeteredPeriod, settled.Before, settled.MeterRoot, settled.DeltasHash);

    /// <summary>What the contract keeps of a trading period with a metered batch on it, the time aside: of both in one.</summary>
    /// <param name="settled">The commitment of the trading period alone; only its upper 28 bytes count.</param>
    /// <param name="metered">From <see cref="HashAfter"/>.</param>
    public static Hash256 CommitmentOf(Hash256 settled, Hash256 metered) =>
        SettlementCommitment.Upper(Keccak256.Hash(AbiEncoder.Encode(Pair, SettlementCommitment.Upper(settled), metered)));

    private static Hash256 HashOf(Period period, Metering before, Hash256 meterRoot, Hash256 deltasHash) =>
        Keccak256.Hash(AbiEncoder.Encode(Fields, period.Index, before.Period.Index, before.StandsOn.Index, meterRoot, deltasHash));
}

/// <summary>A metered batch that the chain has.</summary>
/// <param name="Before">What <see cref="Metering"/> was before it; needed to roll it back.</param>
public sealed record SettledMeteredEvent(
    Period MeteredPeriod, Period StandsOn, Metering Before, Hash256 MeterRoot, Hash256 DeltasHash, ulong BlockNumber, Hash256 TransactionHash);
