using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>Gates by the clock. A gate whose time is past closes at once, so an exchange that was away catches up.</summary>
public sealed class ClockGate(ClockGateOptions options, PeriodGrid grid, TimeProvider time) : IGate
{
    // A timer counts no more than some 49 days; a first period further away is waited for in pieces.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    public DateTimeOffset ClosesAt(Period period) => grid.StartOf(period) - options.ClosesBeforeDelivery;

    public async Task WaitForClosureAsync(Period period, Task everyoneHasBid, CancellationToken cancellation)
    {
        while (ClosesAt(period) - time.GetUtcNow() is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < LongestTimer ? left : LongestTimer, time, cancellation);
        }
    }

    public bool IsDelivered(Period period) => grid.EndOf(period) <= time.GetUtcNow();

    public DateTimeOffset? ReadingsDueAt(Period period) => grid.EndOf(period) + options.ReadingsDueAfterDelivery;
}
