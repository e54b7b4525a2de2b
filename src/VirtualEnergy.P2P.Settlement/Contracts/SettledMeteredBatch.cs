using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>A metered batch on the chain with all that its operator committed to: what any evidence about it is made of.</summary>
/// <param name="Escrow">The community's contract.</param>
/// <param name="Settled">The trading period that the batch stands on, its hash among it.</param>
/// <param name="MeteredPeriod">The period that was metered.</param>
/// <param name="Before">What the escrow said before the batch.</param>
/// <param name="DeltasHash">keccak-256 of the batch's packed delta words.</param>
/// <param name="Rules">The rules that the escrow was deployed with.</param>
/// <param name="Deviations">The positions, prices and balancing trades behind the meter root.</param>
public sealed record SettledMeteredBatch(
    Address Escrow, SettledPeriod Settled, Period MeteredPeriod, Metering Before, Hash256 DeltasHash, CommittedRules Rules, CommittedDeviations Deviations);
