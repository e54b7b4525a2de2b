using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.BspGateway.Operation;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Operation;

public sealed class OperationClockTests
{
    private static readonly DateTimeOffset Start = new(2026, 12, 2, 18, 0, 1, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Start);
    private readonly List<DateTimeOffset> _cycles = [];

    [Fact]
    public async Task Cycles_run_at_whole_multiples_of_their_length()
    {
        using var stop = new CancellationTokenSource();
        var running = Clock(_ => { }).RunAsync(stop.Token);
        for (var second = 0; second < 12; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await stop.CancelAsync();
        await running;
        Assert.Equal([Start.AddSeconds(3), Start.AddSeconds(7), Start.AddSeconds(11)], _cycles);
    }

    [Fact]
    public async Task A_cycle_that_fails_ends_nothing()
    {
        using var stop = new CancellationTokenSource();
        var running = Clock(now => throw new InvalidOperationException($"{now}")).RunAsync(stop.Token);
        _time.Advance(TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(4));
        await stop.CancelAsync();
        await running;

        Assert.Equal(2, _cycles.Count);
    }

    [Fact]
    public async Task Cycles_that_there_was_no_time_for_are_counted_and_left_out()
    {
        using var stop = new CancellationTokenSource();
        var clock = Clock(_ => { });
        var running = clock.RunAsync(stop.Token);
        _time.Advance(TimeSpan.FromSeconds(3));
        // 18:00:04; then the machine sleeps until 18:00:17: the cycle of :08 comes late, those of :12 and :16 are over.
        _time.Advance(TimeSpan.FromSeconds(13));
        _time.Advance(TimeSpan.FromSeconds(3));
        await stop.CancelAsync();
        await running;

        Assert.Equal([Start.AddSeconds(3), Start.AddSeconds(16), Start.AddSeconds(19)], _cycles);
        Assert.Equal(2, clock.Missed);
    }

    private OperationClock Clock(Action<DateTimeOffset> cycle) => new(
        TimeSpan.FromSeconds(4),
        _time,
        now =>
        {
            _cycles.Add(now);
            cycle(now);
        },
        NullLogger<OperationClock>.Instance);
}
