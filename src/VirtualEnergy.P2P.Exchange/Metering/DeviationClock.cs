using VirtualEnergy.P2P.Exchange.Admission;
using VirtualEnergy.P2P.Exchange.Journal;
using VirtualEnergy.P2P.Exchange.Rounds;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Metering;

/// <summary>
/// Settles metered periods one after another, each as soon as all readings are in and at the latest at its deadline: a fixed time after
/// delivery, or, where gates wait for the members, when the next gate closes, which holds for <see cref="AwaitedReadings"/>.
/// </summary>
public sealed class DeviationClock(
    ExchangeOptions options, IGate gate, DeviationBook book, DeviationDesk desk, MemberDirectory members, AwaitedReadings awaited, TimeProvider time,
    ILogger<DeviationClock> logger) : BackgroundService
{
    private static readonly TimeSpan JournalRetry = TimeSpan.FromSeconds(1);

    // A timer counts no more than some 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Signal _changed = new();
    private Period _over = new(long.MinValue);

    /// <summary>A round was cleared, or a reading booked: something may be due.</summary>
    public void Changed() => _changed.Raise();

    /// <summary>Where gates wait for the members: a gate closes, so earlier periods are settled by what is awaited and comes in time. Returns when they are.</summary>
    /// <param name="period">The gate's.</param>
    /// <param name="until">How long readings are waited for at most.</param>
    /// <param name="cancellation">The exchange stops.</param>
    public async Task CloseBeforeAsync(Period period, DateTimeOffset until, CancellationToken cancellation)
    {
        if (!options.SettlesDeviations || gate.ReadingsDueAt(period) is not null)
        {
            return;
        }

        await awaited.WaitAsync(period, until, cancellation);
        lock (_lock)
        {
            _over = period > _over ? period : _over;
        }

        Changed();
        while (true)
        {
            var changed = _changed.Next;
            if (book.Due is not { } due || due >= period)
            {
                return;
            }

            await changed.WaitAsync(cancellation);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.SettlesDeviations)
        {
            return;
        }

        while (true)
        {
            var changed = _changed.Next;
            if (book.Due is { } due && WaitFor(due) is var wait && wait <= TimeSpan.Zero)
            {
                await SettleAsync(due, stoppingToken);
                Changed();
                continue;
            }

            using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(changed, Task.Delay(book.Due is { } next && WaitFor(next) is var left && left < LongestWait ? left : LongestWait, time, over.Token));
            await over.CancelAsync();
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Zero where the period is to be settled now.</summary>
    private TimeSpan WaitFor(Period period)
    {
        if (gate.IsDelivered(period) && book.IsComplete(period, members.Active))
        {
            return TimeSpan.Zero;
        }

        if (gate.ReadingsDueAt(period) is { } deadline)
        {
            return deadline - time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        lock (_lock)
        {
            return period < _over ? TimeSpan.Zero : LongestWait;
        }
    }

    private async Task SettleAsync(Period period, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await desk.SettleAsync(period);
                return;
            }
            catch (JournalException failure)
            {
                logger.LogError(failure, "The metered period {Period} waits: it cannot be written down.", period.Index);
                await Task.Delay(JournalRetry, time, cancellation);
            }
        }
    }
}
