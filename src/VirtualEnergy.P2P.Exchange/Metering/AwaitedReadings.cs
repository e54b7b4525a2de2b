using System.Collections.Concurrent;
using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>
/// Which readings a gate by the members holds for: those that were taken and are being written down, and those of active members whose nodes are there.
/// A meter that missed the period before is not waited for until it is heard again, so a silent one costs one time-out and not one each period.
/// </summary>
/// <remarks>Any thread may call.</remarks>
public sealed class AwaitedReadings(DeviationBook book, MemberDirectory members, TimeProvider time)
{
    private readonly ConcurrentDictionary<(MemberId Member, Period Period, long Number), byte> _writing = new();
    private readonly Signal _changed = new();

    /// <summary>A reading holds and is going to be written down; false where it is on its way already.</summary>
    public bool TryBegin(MeterReading reading) => _writing.TryAdd(KeyOf(reading), 0);

    /// <summary>It is booked, or cannot be.</summary>
    public void End(MeterReading reading)
    {
        _writing.TryRemove(KeyOf(reading), out _);
        _changed.Raise();
    }

    /// <summary>A node came or went.</summary>
    public void NodesChanged() => _changed.Raise();

    /// <summary>Returns when no reading of a cleared period before this one is awaited, at the latest when the time is over.</summary>
    public async Task WaitAsync(Period before, DateTimeOffset until, CancellationToken cancellation)
    {
        var left = until - time.GetUtcNow();
        if (left <= TimeSpan.Zero || !IsAwaited(before))
        {
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var deadline = Task.Delay(left, time, over.Token);
        for (var changed = _changed.Next; IsAwaited(before) && !deadline.IsCompleted; changed = _changed.Next)
        {
            await Task.WhenAny(changed, deadline);
        }

        await over.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private bool IsAwaited(Period before) =>
        _writing.Any(entry => entry.Key.Period < before) || book.Misses(before, members.Active.Where(members.IsOnline));

    private static (MemberId, Period, long) KeyOf(MeterReading reading) => (reading.Member, reading.Period, reading.Number);
}
