namespace VirtualEnergy.P2P.Market.Continuous;

/// <summary>One trade of two orders.</summary>
/// <param name="MakerId">The order that rested.</param>
/// <param name="TakerId">The order that came.</param>
/// <param name="Price">The resting order's price, µEUR/kWh.</param>
/// <param name="Energy">Wh, positive.</param>
public readonly record struct Execution(long MakerId, long TakerId, Price Price, Energy Energy);

/// <summary>Why an order left the book without its owner asking for it.</summary>
public enum RemovalReason
{
    /// <summary>Its expiry has passed.</summary>
    Expired = 1,

    /// <summary>A newer order of the same owner would have traded with it.</summary>
    SelfTrade,
}

/// <summary>A resting order that was withdrawn by a rule.</summary>
/// <param name="Energy">Wh that were left of it.</param>
public readonly record struct Removal(long Id, int Owner, Energy Energy, RemovalReason Reason);

/// <summary>
/// Where a book reports what an operation did to resting orders, in the order in which it happened. A struct, so that the
/// calls are compiled in and nothing is allocated. It must not call the book back.
/// </summary>
public interface IExecutionSink
{
    void Executed(in Execution execution);

    void Removed(in Removal removal);
}
