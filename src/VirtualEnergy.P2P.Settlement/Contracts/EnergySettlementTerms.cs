using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>What is fixed when an EnergySettlement is deployed.</summary>
/// <param name="Token">The ERC-20 in escrow; six decimals, so that its unit is 1 µEUR.</param>
/// <param name="Registrar">Registers members.</param>
/// <param name="Settler">Settles: the exchange.</param>
/// <param name="LastPeriod">The period before the first one to be settled.</param>
/// <param name="WindowPeriods">How many periods back commitments stay readable on the chain; 1 to 480.</param>
public sealed record EnergySettlementTerms(Address Token, Address Registrar, Address Settler, Period LastPeriod, int WindowPeriods = 96);

/// <summary>A period's settlement, as the contract wrote it into the log.</summary>
/// <param name="DeltasHash">keccak-256 of the packed delta words, one after another.</param>
public sealed record SettledEvent(
    Period Period, Hash256 BidsRoot, Hash256 TradesRoot, Hash256 DeltasHash, ulong BlockNumber, Hash256 TransactionHash);
