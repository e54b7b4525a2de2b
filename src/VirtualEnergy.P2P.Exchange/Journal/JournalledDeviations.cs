using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Deviations;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Settlement.Contracts;

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

/// <summary>Where a metered batch stands, as the contract logged it.</summary>
/// <param name="Period">The metered period.</param>
/// <param name="StandsOn">The trading period with which it is challenged and rolled back.</param>
/// <param name="Before">What the escrow said of metering before it.</param>
public sealed record JournalledMeteredStanding(Period Period, Period StandsOn, Settlement.Contracts.Metering Before);
