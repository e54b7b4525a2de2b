using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;
using VirtualEnergy.P2P.Settlement.Ethereum;

namespace VirtualEnergy.P2P.Exchange.Journal;

/// <summary>A metered period as it was published; trades and money follow from it.</summary>
/// <param name="Accounts">Where the spread went.</param>
public sealed record JournalledDeviations(DeviationResult Result, MoneyAccounts Accounts)
{
    public Period Period => Result.Period;

    public SettledDeviations Settled() => Result.Recompute(Accounts);

    /// <summary>What it settles on the chain.</summary>
    public MeteredBatch Batch() => new(Period, Result.MeterRoot, Settled().Deltas);
}

/// <summary>One step of a metered batch's settlement. There is none before its transaction is signed.</summary>
/// <param name="Period">The metered period.</param>
/// <param name="StandsOn">The trading period after which it was sent.</param>
/// <param name="Before">What the escrow said of metering before it.</param>
/// <param name="Sent">Only these bytes are sent again.</param>
/// <param name="Gas">With <paramref name="Block"/>, null until it was seen mined.</param>
public sealed record JournalledMeteredSettlement(
    Period Period, Period StandsOn, Settlement.Contracts.Metering Before, SettlementState State, SignedTransaction Sent, ulong? Block, ulong? Gas);
