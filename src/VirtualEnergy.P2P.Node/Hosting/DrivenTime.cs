namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// The clock of a simulated market: it stands still until it is moved, and never goes back. A timer rings once when its time has gone by, however much time that was, and then waits
/// for the next of its beats that is still to come. Any thread may call.
/// </summary>
/// <param name="start">What it shows first.</param>
public sealed class DrivenTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<DrivenTimer> _timers = [];
    private DateTimeOffset _now = start;

    /// <summary>Told of each instant to which the clock was moved, after what was due by then was called.</summary>
    public event Action<DateTimeOffset>? Advanced;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new DrivenTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Time goes by up to an instant; what was due by then is called on other threads.</summary>
    public void AdvanceTo(DateTimeOffset instant)
    {
        List<DrivenTimer> due;
        lock (_lock)
        {
            if (instant <= _now)
            {
                return;
            }

            _now = instant;
            due = [.. _timers.Where(timer => timer.Due <= instant).OrderBy(timer => timer.Due)];
            due.ForEach(Rearm);
        }

        foreach (var timer in due)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Ring(), timer, preferLocal: false);
        }

        Advanced?.Invoke(instant);
    }

    private void Rearm(DrivenTimer timer)
    {
        if (timer.Period <= TimeSpan.Zero)
        {
            _timers.Remove(timer);
            return;
        }

        timer.Due += timer.Period * ((_now - timer.Due).Ticks / timer.Period.Ticks + 1);
    }

    private sealed class DrivenTimer(DrivenTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Ring() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isNow = false;
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    (Due, Period, isNow) = (time._now + dueTime, period, dueTime == TimeSpan.Zero);
                    time._timers.Add(this);
                    if (isNow)
                    {
                        time.Rearm(this);
                    }
                }
            }

            if (isNow)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Ring(), this, preferLocal: false);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
