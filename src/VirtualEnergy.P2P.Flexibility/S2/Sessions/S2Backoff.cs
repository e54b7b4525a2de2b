namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>
/// How long to wait before connecting again: any time up to a bound that doubles with each failure, so that devices which lost their manager
/// together do not come back together.
/// </summary>
/// <remarks>Source: S2 Connect 1.0.0, reconnection strategy: random(0, min(600 s, 2 s × 2ⁿ)).</remarks>
/// <param name="First">The bound after the first failure.</param>
/// <param name="Most">The bound however many failures.</param>
public sealed record S2Backoff(TimeSpan First, TimeSpan Most)
{
    public static S2Backoff Default { get; } = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10));

    /// <param name="failures">In a row, from 1.</param>
    /// <param name="chance">0 to below 1: the share of the bound that is waited.</param>
    public TimeSpan After(int failures, double chance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        return TimeSpan.FromMilliseconds(Math.Min(Most.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 40))) * chance);
    }
}
