using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// The home's meter by its counters: what it counted in a period is the difference between the period's end and its begin. One look at each
/// boundary serves both periods that meet there, so that nothing is lost or counted twice. Any thread may call.
/// </summary>
/// <param name="book">Has the meter.</param>
/// <param name="id">Which device it is.</param>
public sealed class GridMeter(DeviceBook book, string id, TimeProvider time)
{
    /// <summary>An older word of the meter's is none of this boundary.</summary>
    public static readonly TimeSpan MostAge = TimeSpan.FromMinutes(1);

    private const int BoundariesKept = 6;

    /// <summary>Whether a period is one of this machine's time.</summary>
    public GateLead Gates { get; init; } = new(time);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<DateTimeOffset, Task<Counters?>> _looks = [];

    /// <summary>Waits for the period's end and says what was counted.</summary>
    /// <returns>Null where the meter was silent at one of its ends, or the period is of another time: it is better estimated than invented.</returns>
    public Task<PeriodCounts?> CountAsync(Period period, PeriodGrid grid, CancellationToken cancellation) =>
        CountAsync(period, grid.EndOf(period), grid, cancellation);

    /// <summary>Waits until the first third of the period is over and says what was counted in it.</summary>
    /// <inheritdoc cref="CountAsync(Period, PeriodGrid, CancellationToken)"/>
    public Task<PeriodCounts?> CountThirdAsync(Period period, PeriodGrid grid, CancellationToken cancellation) =>
        CountAsync(period, grid.StartOf(period).AddSeconds(grid.LengthSeconds / 3.0), grid, cancellation);

    private async Task<PeriodCounts?> CountAsync(Period period, DateTimeOffset end, PeriodGrid grid, CancellationToken cancellation)
    {
        var begin = grid.StartOf(period);
        if (time.GetUtcNow() > begin + MostAge || !Gates.IsOfThisTime(period, grid))
        {
            return null;
        }

        var (looksBefore, looksAfter) = (LookAt(begin), LookAt(end));
        var before = await looksBefore.WaitAsync(cancellation).ConfigureAwait(false);
        var after = await looksAfter.WaitAsync(cancellation).ConfigureAwait(false);
        return before is { } first && after is { } last && last.Import >= first.Import && last.Export >= first.Export
            ? new PeriodCounts(new Energy(last.Import - first.Import), new Energy(last.Export - first.Export), 
                last.Production is { } made ? new Energy(Math.Max(0, made - (first.Production ?? made))) : null)
            : null;
    }

    /// <summary>The power that the meter said last, W, + import, and when that was; null where it has said none.</summary>
    public (long Watts, DateTimeOffset At)? Power() =>
        book.Find(id) is { Reading: { Watts: { } watts } reading } ? (watts, reading.At) : null;

    private Task<Counters?> LookAt(DateTimeOffset boundary)
    {
        lock (_lock)
        {
            if (_looks.TryGetValue(boundary, out var known))
            {
                return known;
            }

            // The timer itself looks: what runs after it may run later.
            var look = new TaskCompletionSource<Counters?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var wait = boundary - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                var timer = time.CreateTimer(_ => look.TrySetResult(Read()), null, wait, Timeout.InfiniteTimeSpan);
                _ = look.Task.ContinueWith(_ => timer.Dispose(), TaskScheduler.Default);
            }
            else
            {
                look.SetResult(Read());
            }

            _looks.Add(boundary, look.Task);
            if (_looks.Count > BoundariesKept)
            {
                _looks.Remove(_looks.Keys.First());
            }

            return look.Task;
        }
    }

    private Counters? Read()
    {
        // A meter without a second counter feeds nothing in. An inverter that sleeps counts nothing: its last word still holds.
        var inverters = book.All().Where(state => state.Device.Kind == DeviceKind.Inverter && state.Reading?.ExportedWattHours is not null).ToList();
        long? production = inverters.Count == 0 ? null : inverters.Sum(state => state.Reading!.Value.ExportedWattHours ?? 0);
        return book.Find(id) is { IsThere: true, Reading: { ImportedWattHours: { } import } reading } && time.GetUtcNow() - reading.At <= MostAge
            ? new Counters(import, reading.ExportedWattHours ?? 0, production)
            : null;
    }

    private readonly record struct Counters(long Import, long Export, long? Production);
}
