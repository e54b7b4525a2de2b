using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class GateTests
{
    // Period 1000 of 900 s starts 900 000 s after the epoch.
    private static readonly Period Delivery = new(1000);
    private static readonly DateTimeOffset DeliveryStart = DateTimeOffset.FromUnixTimeSeconds(900_000);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new(DeliveryStart - TimeSpan.FromMinutes(15));
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_clock_gate_closes_its_lead_before_delivery_whoever_has_bid()
    {
        var gate = new ClockGate(new ClockGateOptions { ClosesBeforeDelivery = TimeSpan.FromMinutes(5) }, PeriodGrid.QuarterHour, _time);
        Assert.Equal(DeliveryStart - TimeSpan.FromMinutes(5), gate.ClosesAt(Delivery));
        var closed = gate.WaitForClosureAsync(Delivery, Task.CompletedTask, _cancellation);
        _time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.False(closed.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await closed.WaitAsync(Patience, _cancellation);
    }

    [Fact]
    public void A_clock_gate_whose_time_is_past_closes_at_once()
    {
        var gate = new ClockGate(new ClockGateOptions(), PeriodGrid.QuarterHour, _time);
        Assert.True(gate.WaitForClosureAsync(Delivery.Previous, Task.Delay(-1, _cancellation), _cancellation).IsCompletedSuccessfully);
    }

    [Fact]
    public void By_the_clock_a_period_is_delivered_when_it_is_over()
    {
        var gate = new ClockGate(new ClockGateOptions(), PeriodGrid.QuarterHour, _time);
        Assert.True(gate.IsDelivered(new Period(998))); // it ends at the start of 999, which is now
        Assert.False(gate.IsDelivered(new Period(999)));
    }

    [Fact]
    public async Task The_lockstep_gate_closes_as_soon_as_everyone_has_bid()
    {
        var everyone = new TaskCompletionSource();
        var closed = new LockstepGate(new LockstepGateOptions(), _time).WaitForClosureAsync(Delivery, everyone.Task, _cancellation);
        Assert.False(closed.IsCompleted);
        everyone.SetResult();
        await closed.WaitAsync(Patience, _cancellation);
    }

    [Fact]
    public async Task The_lockstep_gate_does_not_wait_for_the_missing_beyond_its_timeout()
    {
        var gate = new LockstepGate(new LockstepGateOptions { Timeout = TimeSpan.FromSeconds(10) }, _time);
        var closed = gate.WaitForClosureAsync(Delivery, new TaskCompletionSource().Task, _cancellation);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(closed.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await closed.WaitAsync(Patience, _cancellation);
    }

    [Fact]
    public async Task The_lockstep_gate_lets_a_period_run_once_everyone_has_bid_however_long_it_takes()
    {
        var (everyone, begun, run) = (new TaskCompletionSource(), new TaskCompletionSource<Period>(), new TaskCompletionSource());
        var options = new LockstepGateOptions
        {
            Timeout = TimeSpan.FromSeconds(10),
            WhileOpen = (period, _) =>
            {
                begun.SetResult(period);
                return run.Task;
            },
        };
        var closed = new LockstepGate(options, _time).WaitForClosureAsync(Delivery, everyone.Task, _cancellation);
        Assert.False(begun.Task.IsCompleted);
        everyone.SetResult();
        Assert.Equal(Delivery, await begun.Task.WaitAsync(Patience, _cancellation));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(closed.IsCompleted);
        run.SetResult();
        await closed.WaitAsync(Patience, _cancellation);
    }

    [Fact]
    public async Task The_lockstep_gate_keeps_its_minimum_pace()
    {
        var gate = new LockstepGate(new LockstepGateOptions { MinimumPace = TimeSpan.FromSeconds(2) }, _time);
        var closed = gate.WaitForClosureAsync(Delivery, Task.CompletedTask, _cancellation);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(closed.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        await closed.WaitAsync(Patience, _cancellation);
    }
}
