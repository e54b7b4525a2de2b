namespace VirtualEnergy.P2P.Exchange.Live;

/// <summary>
/// Thins out a stream of changes: the first goes out at once, what follows within the interval is merged into one, and that
/// goes out when the interval is over. So the last change is never lost, only what it overtook.
/// </summary>
/// <param name="interval">At most one push in this time.</param>
/// <param name="merge">Earlier and later change, as one.</param>
/// <param name="push">Sends a change; an exception of it ends nothing.</param>
public sealed class Coalescer<T>(TimeSpan interval, TimeProvider time, Func<T, T, T> merge, Func<T, Task> push)
{
    private readonly Lock _lock = new();
    private bool _isRunning;
    private bool _hasPending;
    private T? _pending;

    public void Post(T change)
    {
        lock (_lock)
        {
            _pending = _hasPending ? merge(_pending!, change) : change;
            _hasPending = true;
            if (_isRunning)
            {
                return;
            }

            _isRunning = true;
        }

        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        while (TryTake(out var change))
        {
            // Counted from before the push: a slow receiver does not lower the rate further.
            var wait = Task.Delay(interval, time);
            try
            {
                await push(change!);
            }
            catch (Exception)
            {
                // A receiver that is gone misses this change and fetches everything when it returns.
            }

            await wait;
        }
    }

    private bool TryTake(out T? change)
    {
        lock (_lock)
        {
            change = _pending;
            (_isRunning, _hasPending, _pending) = (_hasPending, false, default);
            return _isRunning;
        }
    }
}
