using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Settlement.Contracts;

/// <summary>What is fixed when an EnergySettlement is deployed. Whom it trusts with what is in docs/contract.md.</summary>
/// <param name="Token">The ERC-20 in escrow; six decimals, so that its unit is 1 µEUR.</param>
/// <param name="Judge">The FraudProofs contract, whose word slashes.</param>
/// <param name="Admin">Changes roles after a delay and ends a pause; also registrar, pauser and treasury unless these are named.</param>
/// <param name="Settler">Settles: the exchange.</param>
/// <param name="LastPeriod">The period before the first one to be settled.</param>
/// <param name="WindowPeriods">How many periods back commitments stay readable on the chain; 1 to 288.</param>
public sealed record EnergySettlementTerms(
    Address Token, Address Judge, Address Admin, Address Settler, Period LastPeriod, int WindowPeriods = 96)
{
    /// <summary>Registers members.</summary>
    public Address Registrar { get; init; } = Admin;

    /// <summary>Stops settlements, and nothing else.</summary>
    public Address Pauser { get; init; } = Admin;

    /// <summary>Gets half of a bond that is taken.</summary>
    public Address Treasury { get; init; } = Admin;

    /// <summary>Balances move in every so many periods; in the others only roots are kept.</summary>
    public int PeriodsPerBatch { get; init; } = 1;

    /// <summary>How long a settled period can be challenged, and a withdrawal waits. The ring must be longer, or settlements have to wait.</summary>
    public TimeSpan Challenge { get; init; } = TimeSpan.FromHours(20);

    /// <summary>After so long without a settlement anyone opens the exit.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromDays(3);

    /// <summary>How long a new settler or admin waits.</summary>
    public TimeSpan KeyDelay { get; init; } = TimeSpan.FromDays(7);

    /// <summary>What the operator must have posted before he can settle.</summary>
    public Money Bond { get; init; }

    /// <summary>The market's rules, so that nobody can be settled by others; zero where there are none to be held to.</summary>
    public Hash256 Rules { get; init; }
}

/// <summary>A period's settlement, as the contract wrote it into the log.</summary>
/// <param name="DeltasHash">keccak-256 of the packed delta words, one after another.</param>
public sealed record SettledEvent(
    Period Period, Hash256 BidsRoot, Hash256 TradesRoot, Hash256 DeltasHash, ulong BlockNumber, Hash256 TransactionHash);

/// <summary>What a member asked for and has not been paid.</summary>
/// <param name="Amount">µEUR; zero if nothing.</param>
/// <param name="ReadyAt">When no batch before it can be challenged any more.</param>
/// <param name="To">Where it goes.</param>
public readonly record struct WithdrawalRequest(Money Amount, DateTimeOffset ReadyAt, Address To);

/// <summary>Whether the escrow settles: it does while it is bonded and nothing else.</summary>
/// <param name="Bonded">The operator posted his bond.</param>
/// <param name="Paused">Settlements are stopped for now.</param>
/// <param name="Frozen">Fraud was proved and is not rolled back yet.</param>
/// <param name="Exiting">Everyone is leaving.</param>
public readonly record struct EscrowState(bool Bonded, bool Paused, bool Frozen, bool Exiting)
{
    public bool Settles => this == new EscrowState(true, false, false, false);
}
