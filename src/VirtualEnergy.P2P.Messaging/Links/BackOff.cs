namespace VirtualEnergy.P2P.Messaging;

/// <summary>
/// Waits that double from the first to the longest, each shortened by up to a half, by seed: after a broker's restart, many
/// links come back spread out.
/// </summary>
public sealed class BackOff
{
    private readonly TimeSpan _first;
    private readonly TimeSpan _longest;
    private readonly Random _jitter;
    private int _failures;

    public BackOff(TimeSpan first, TimeSpan longest, int seed)
    {
        if (first <= TimeSpan.Zero || longest < first)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, "The first wait is positive and not above the longest.");
        }

        (_first, _longest, _jitter) = (first, longest, new Random(seed));
    }

    public TimeSpan Next()
    {
        // 2^30 times a tick is past any longest wait that makes sense, and stays far from overflow as a double.
        var full = Math.Min(_first.Ticks * Math.Pow(2, Math.Min(_failures, 30)), _longest.Ticks);
        _failures = Math.Min(_failures + 1, 30);
        return TimeSpan.FromTicks((long)(full * (1 - _jitter.NextDouble() / 2)));
    }

    public void Reset() => _failures = 0;
}
