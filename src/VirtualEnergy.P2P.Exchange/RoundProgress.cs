using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange;

/// <summary>One thing that happened to a round, for who runs an exchange in her process.</summary>
public abstract record RoundProgress(Period Period);

/// <summary>The gate closed and the auction cleared; the result is durable and published.</summary>
/// <param name="Price">µEUR/kWh; null when nothing traded.</param>
/// <param name="Volume">Wh bought = Wh sold.</param>
/// <param name="Duration">From gate closure to publication.</param>
public sealed record RoundCleared(Period Period, Price? Price, Energy Volume, int Bids, int Trades, TimeSpan Duration) : RoundProgress(Period);

/// <summary>The chain has the round's batch.</summary>
/// <param name="Transaction">0x-hash; null, like block and gas, when an earlier run of the exchange sent it and did not see it mined.</param>
public sealed record RoundSettled(Period Period, string? Transaction, ulong? Block, ulong? Gas) : RoundProgress(Period);

/// <summary>The chain lost the batches up to <paramref name="To"/>, in a reorganisation or starting again from an older state; they are sent again.</summary>
public sealed record SettlementLost(Period Period, Period To) : RoundProgress(Period);

/// <summary>The chain has what is not this exchange's: nothing is settled until the two agree again, and rounds go on.</summary>
/// <param name="Period">The next that was to be settled.</param>
public sealed record SettlementStopped(Period Period, string Why) : RoundProgress(Period);

/// <summary>Settlement of the round failed for now; it is tried again after the wait, and rounds go on.</summary>
public sealed record SettlementDelayed(Period Period, string Why, TimeSpan RetryIn) : RoundProgress(Period);

/// <summary>The period's readings are in or overdue; its deviations are durable and published.</summary>
/// <param name="Balanced">Wh that the community balanced itself.</param>
public sealed record PeriodMetered(Period Period, int Readings, int Estimates, int Corrections, Int128 Balanced) : RoundProgress(Period);

/// <summary>The chain has the period's deviations.</summary>
/// <param name="StandsOn">The trading period after which they were settled.</param>
public sealed record DeviationsSettled(Period Period, Period StandsOn, ulong? Block, ulong? Gas) : RoundProgress(Period);
