namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

/// <summary>
/// A clock on which a short wait is over at once, having taken exactly its time, and a long one never ends: so what polls goes on without
/// delay, what would time out does not, and nothing depends on how fast the machine is.
/// </summary>
internal sealed class SkippingTime : TimeProvider
{
    private static readonly TimeSpan LongestSkipped = TimeSpan.FromSeconds(1);

    private long _now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer();
        if (dueTime >= TimeSpan.Zero && dueTime <= LongestSkipped)
        {
            Interlocked.Add(ref _now, dueTime.Ticks);
            ThreadPool.QueueUserWorkItem(_ =>
            {
                if (!timer.IsDisposed)
                {
                    callback(state);
                }
            });
        }

        return timer;
    }

    private sealed class Timer : ITimer
    {
        private volatile bool _isDisposed;

        public bool IsDisposed => _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => _isDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
