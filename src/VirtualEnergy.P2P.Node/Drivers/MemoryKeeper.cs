using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>Keeps the node's memory up to date: written anew after each change of what the member allows, and after each round. Nobody waits for the disk.</summary>
/// <param name="memory">Where it is kept.</param>
/// <param name="controls">What the member allows and has spent.</param>
/// <param name="totals">What was counted before this start.</param>
/// <param name="member">Whose trades are counted.</param>
public sealed class MemoryKeeper(NodeMemory memory, MemberControls controls, NodeTotals totals, MemberId member) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _stopping = new();
    private NodeTotals _totals = totals;
    private SupplierTariff? _tariff;
    private Task _running = Task.CompletedTask;

    public void Start()
    {
        controls.Changed += OnChanged;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Takes the node's news; never waits and never throws.</summary>
    public void Tell(NodeNews news)
    {
        lock (_gate)
        {
            if (news is MarketJoined joined)
            {
                _tariff = joined.Tariff;
            }
            else if (news is PeriodRun run && _tariff is { } tariff)
            {
                _totals = _totals.With(run.Result.Period, run.Own, member, tariff.At(run.Result.Period));
                OnChanged();
            }
        }
    }

    /// <summary>What has changed is written before it returns.</summary>
    public async ValueTask DisposeAsync()
    {
        controls.Changed -= OnChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private void OnChanged() => _changed.Release();

    private async Task RunAsync()
    {
        var isLast = false;
        while (!isLast)
        {
            await _changed.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isLast = _stopping.IsCancellationRequested;
            NodeTotals totals;
            lock (_gate)
            {
                totals = _totals;
            }

            memory.Write(controls, totals);
        }
    }
}
