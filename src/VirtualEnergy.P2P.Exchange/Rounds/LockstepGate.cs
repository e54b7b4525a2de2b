using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Rounds;

/// <summary>
/// Gates by the members: one closes when each active member has bid, not before the minimum pace and not after the time-out.
/// Periods are simulated; one is delivered as soon as it is cleared.
/// </summary>
public sealed class LockstepGate(LockstepGateOptions options, TimeProvider time) : IGate
{
    public DateTimeOffset ClosesAt(Period period) => time.GetUtcNow() + Longest;

    public async Task WaitForClosureAsync(Period period, Task everyoneHasBid, CancellationToken cancellation)
    {
        // Both timers start now, so that waiting for the members is part of the pace and not added to it.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pace = options.MinimumPace > TimeSpan.Zero ? Task.Delay(options.MinimumPace, time, stopping.Token) : Task.CompletedTask;
        var timeout = Task.Delay(Longest, time, stopping.Token);
        await Task.WhenAny(everyoneHasBid, timeout);
        if (options.WhileOpen is { } run)
        {
            await run(period, cancellation);
        }

        await Task.WhenAny(pace, timeout);
        await stopping.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    public bool IsDelivered(Period period) => true;

    public DateTimeOffset? ReadingsDueAt(Period period) => null;

    private TimeSpan Longest => options.Timeout > options.MinimumPace ? options.Timeout : options.MinimumPace;
}
