using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Commitments;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>What an escrow keeps the hash of, for one period.</summary>
/// <param name="DeltasHash">keccak-256 of the packed delta words; zero where no balances moved.</param>
public sealed record SettledPeriod(Period Period, Hash256 BidsRoot, Hash256 TradesRoot, Hash256 DeltasHash)
{
    /// <summary>Hash of the metered batch that stands on the period; zero if none does.</summary>
    public Hash256 Metered { get; init; }
}

/// <summary>A settled period with all that its operator committed to: what any evidence about it is made of.</summary>
/// <param name="Escrow">The community's contract.</param>
/// <param name="Settled">What it keeps.</param>
/// <param name="Rules">The rules that it was deployed with.</param>
/// <param name="Bids">The bids behind the root, in the order committed to.</param>
/// <param name="Trades">The trades and the ledger behind the root.</param>
public sealed record SettledRound(Address Escrow, SettledPeriod Settled, CommittedRules Rules, CommittedBids Bids, CommittedTrades Trades);
