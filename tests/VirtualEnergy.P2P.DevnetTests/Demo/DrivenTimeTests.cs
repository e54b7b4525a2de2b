using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Demo;

/// <summary>The clock of the demo's market.</summary>
public sealed class DrivenTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 6, 21, 17, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Patience = Hang.After;

    private readonly DrivenTime _time = new(Start);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delay_ends_when_the_clock_was_moved_past_it()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(4), _time, Cancellation);
        _time.AdvanceTo(Start.AddSeconds(3));
        Assert.False(delay.IsCompleted);
        _time.AdvanceTo(Start.AddSeconds(4));
        await delay.WaitAsync(Patience, Cancellation);
        Assert.Equal(Start.AddSeconds(4), _time.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(4), _time.GetElapsedTime(Start.UtcTicks));
    }

    [Fact]
    public async Task A_beat_rings_once_for_all_the_time_that_went_by_and_then_at_its_next_multiple()
    {
        using var rung = new SemaphoreSlim(0);
        await using var timer = _time.CreateTimer(_ => rung.Release(), null, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4));
        _time.AdvanceTo(Start.AddMinutes(15)); // 225 beats
        Assert.True(await rung.WaitAsync(Patience, Cancellation));
        _time.AdvanceTo(Start.AddMinutes(15).AddSeconds(3));
        _time.AdvanceTo(Start.AddMinutes(15).AddSeconds(4));
        Assert.True(await rung.WaitAsync(Patience, Cancellation));
        Assert.Equal(0, rung.CurrentCount);
    }

    [Fact]
    public void It_never_goes_back()
    {
        _time.AdvanceTo(Start.AddHours(1));
        _time.AdvanceTo(Start);
        Assert.Equal(Start.AddHours(1), _time.GetUtcNow());
    }
}
