using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>
/// When a home without a meter of its own reads anew, in a period that runs otherwise since an order came. Orders may come every few seconds, and an exchange takes only some readings of a
/// period: at once where none was sent for a while, else shortly before the period is over, so that the last word counts.
/// </summary>
/// <remarks>One caller at a time; <paramref name="send"/> is called on another thread.</remarks>
/// <param name="send">Reads the last delivery that was not sent.</param>
/// <param name="time">The market's clock.</param>
internal sealed class AmendedReading(Action send, TimeProvider time) : IDisposable
{
    // In a quarter of an hour nine readings, one at the end and two or three beyond that make fewer than the sixteen that the exchange keeps.
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan BeforeEnd = TimeSpan.FromSeconds(8);

    private DateTimeOffset _sent;
    private ITimer? _timer;

    /// <summary>What was not sent yet; null where all was.</summary>
    public Delivery? Unsent { get; private set; }

    /// <summary>A period runs otherwise.</summary>
    /// <returns>Whether it is to be read now.</returns>
    public bool IsDue(Delivery delivery, PeriodGrid grid)
    {
        var (now, end) = (time.GetUtcNow(), grid.EndOf(delivery.Period));
        if ((now - _sent).Duration() >= Apart || end - now <= BeforeEnd)
        {
            (_sent, Unsent) = (now, null);
            return true;
        }

        if (Unsent?.Period != delivery.Period)
        {
            _timer?.Dispose();
            _timer = time.CreateTimer(_ => send(), null, end - now - BeforeEnd, Timeout.InfiniteTimeSpan);
        }

        Unsent = delivery;
        return false;
    }

    /// <summary>The delivery that is to be read now; null where it was.</summary>
    public Delivery? Take()
    {
        var unsent = Unsent;
        Unsent = null;
        return unsent;
    }

    public void Dispose() => _timer?.Dispose();
}
