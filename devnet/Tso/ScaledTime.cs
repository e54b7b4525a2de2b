namespace VirtualEnergy.P2P.Devnet.Tso;

/// <summary>A clock that runs a whole number of times faster than the machine's: a simulated market goes by it. Links keep the machine's.</summary>
/// <param name="speed">1 to 1,000; at 1 it is the machine's own.</param>
/// <param name="start">What it shows when it is made; null is now.</param>
internal sealed class ScaledTime(int speed, TimeProvider real, DateTimeOffset? start = null) : TimeProvider
{
    private readonly long _made = real.GetTimestamp();
    private readonly Lock _lock = new();
    private DateTimeOffset _start = start ?? real.GetUtcNow();

    public override long TimestampFrequency => real.TimestampFrequency;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _start + real.GetElapsedTime(_made) * speed;
        }
    }

    /// <summary>The clock on the wall is set forward, as a night that nobody watches goes by; timers and time stamps do not notice.</summary>
    public void SkipTo(DateTimeOffset instant)
    {
        lock (_lock)
        {
            _start += instant - (_start + real.GetElapsedTime(_made) * speed);
        }
    }

    public override long GetTimestamp() => (real.GetTimestamp() - _made) * speed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ScaledTimer(real.CreateTimer(callback, state, Scaled(dueTime), Scaled(period)), this);

    private TimeSpan Scaled(TimeSpan span) => span <= TimeSpan.Zero ? span : span / speed;

    private sealed class ScaledTimer(ITimer timer, ScaledTime time) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(time.Scaled(dueTime), time.Scaled(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
