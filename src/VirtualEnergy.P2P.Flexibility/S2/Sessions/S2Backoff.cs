namespace VirtualEnergy.P2P.Flexibility.S2.Sessions;

/// <summary>How long to wait before connecting again: twice as long after each failure, spread by chance so that devices do not come back together.</summary>
/// <param name="First">After the first failure, at most.</param>
/// <param name="Most">However many failures.</param>
public sealed record S2Backoff(TimeSpan First, TimeSpan Most)
{
    public static S2Backoff Default { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    /// <param name="failures">In a row, from 1.</param>
    /// <param name="chance">0 to below 1; the wait is half to all of the longest one.</param>
    public TimeSpan After(int failures, double chance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);
        var longest = Math.Min(Most.TotalMilliseconds, First.TotalMilliseconds * Math.Pow(2, Math.Min(failures - 1, 40)));
        return TimeSpan.FromMilliseconds(longest * (0.5 + chance / 2));
    }
}
