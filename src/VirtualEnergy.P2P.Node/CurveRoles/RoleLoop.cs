using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>
/// Runs a role's step whenever something came, when the step says that something is due, and once a second for what runs out.
/// One step at a time, so its state machine has one thread.
/// </summary>
internal sealed class RoleLoop(ClusterClock clock, Func<long, CancellationToken, Task<long?>> step, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    // Not disposed: the link may still wake a loop that has ended, and it holds no handle.
    private readonly SemaphoreSlim _woken = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private bool _isDisposed;

    public void Start() => _running = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>Something came.</summary>
    public void Wake()
    {
        try
        {
            _woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake already and looks again before it waits.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                // From before the step: time that goes by in it is not waited for once more.
                using var over = new CancellationTokenSource(Longest, clock.Time);
                var now = clock.Now;
                if (await step(now, stopping).ConfigureAwait(false) is { } due && due < now + Longest.TotalMilliseconds)
                {
                    over.CancelAfter(TimeSpan.FromMilliseconds(Math.Max(0, Math.Max(due, now) - clock.Now)));
                }

                using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, stopping);
                await _woken.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The broker is away or refuses: what is due stays due, and is tried again a little later.
                logger.Log(failure is MqttLinkException ? LogLevel.Warning : LogLevel.Error, failure is MqttLinkException ? null : failure, "{Failure}", failure.Message);
                await Task.Delay(Longest, clock.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
