using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

/// <summary>A clock that a test moves, and that says when somebody has begun to wait by it: before that it must not move.</summary>
internal sealed class CountedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int _timers;

    /// <summary>How often somebody has begun to wait.</summary>
    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Interlocked.Increment(ref _timers);
        return timer;
    }

    public async Task UntilAsync(int timers)
    {
        var started = System.GetTimestamp();
        while (Timers < timers)
        {
            Assert.True(System.GetElapsedTime(started) < Patience, $"{Timers} of {timers} waits have begun");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
