namespace VirtualEnergy.P2P.Exchange;

/// <summary>The planned rounds are cleared, and they will not be settled: the chain has what is not this exchange's. The message says what, in one line.</summary>
public sealed class SettlementStoppedException(string why) : Exception($"All rounds are cleared, and settlement has stopped: {why}");
