using VirtualEnergy.P2P.BspGateway.Hosting;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>Runs a cycle at every whole multiple of its length: measured from the clock and not from the last cycle, so that none drifts.</summary>
/// <param name="cycle">What is done; an exception of it is logged and ends nothing.</param>
public sealed class OperationClock(TimeSpan length, TimeProvider time, Action<DateTimeOffset> cycle, ILogger<OperationClock> logger)
{
    /// <summary>Cycles that were left out because one before took too long, or the machine slept.</summary>
    public long Missed { get; private set; }

    /// <summary>When the last cycle ran; null before the first.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>Runs until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var next = After(time.GetUtcNow());
        try
        {
            while (true)
            {
                // A timer may ring a little early: waited for until the moment is there.
                while (next - time.GetUtcNow() is var wait && wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, stop);
                }

                var now = time.GetUtcNow();
                Run(now);
                var following = After(now);
                Missed += (following - next) / length > 1 ? (long)((following - next) / length) - 1 : 0;
                next = following;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private void Run(DateTimeOffset now)
    {
        try
        {
            cycle(now);
        }
        catch (Exception failure)
        {
            logger.CycleFailed(failure);
        }

        Last = now;
    }

    private DateTimeOffset After(DateTimeOffset now) => new(now.UtcTicks / length.Ticks * length.Ticks + length.Ticks, TimeSpan.Zero);
}
