using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>The market's time: the clock's, or in a market of simulated time the beginning of the period before the one that is bid for. Any thread may call.</summary>
internal sealed class MarketClock(TimeProvider time)
{
    private static readonly TimeSpan Apart = TimeSpan.FromDays(2);

    private long _open = long.MinValue;

    public PeriodGrid Grid { get; set; } = PeriodGrid.QuarterHour;

    public DateTimeOffset Now
    {
        get
        {
            var (now, open) = (time.GetUtcNow(), Interlocked.Read(ref _open));
            return open > 0 && Grid.StartOf(new Period(open - 1)) is var simulated && (simulated - now).Duration() > Apart ? simulated : now;
        }
    }

    /// <summary>A gate is open, or the period before was run.</summary>
    public void Opened(Period period) => Interlocked.Exchange(ref _open, period.Index);
}
