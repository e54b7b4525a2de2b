using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>Whether a market's periods are of this machine's time, also where its gates close long before delivery. Any thread may call.</summary>
/// <param name="time">This machine's clock.</param>
public sealed class GateLead(TimeProvider time)
{
    /// <summary>The exchange's clock and this one may be so far apart: <c>ve doctor</c> speaks of a little more.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private const long Unknown = long.MinValue;

    private long _ticks = Unknown;

    /// <summary>A gate is open; all of a market close as long before delivery.</summary>
    public void Announced(RoundAnnouncement round) => Volatile.Write(ref _ticks, (round.DeliveryStart - round.GateClosesAt).Ticks);

    /// <summary>Whether a period runs now or begins soon: within two periods, or within the time that lies between gate and delivery.</summary>
    /// <param name="afterwards">For so long after its end it still is of this time.</param>
    public bool IsOfThisTime(Period period, PeriodGrid grid, TimeSpan afterwards = default)
    {
        var (now, lead, soon) = (time.GetUtcNow(), Volatile.Read(ref _ticks), 2 * grid.LengthSeconds * TimeSpan.TicksPerSecond);
        return now - grid.EndOf(period) < afterwards && (grid.StartOf(period) - now).Ticks <= (lead > soon ? lead + Slack.Ticks : soon);
    }

    /// <summary>
    /// Whether a period's gate has closed by this clock, when its result is there. Where it has not, everybody had bid: that is simulated time, whose gates close by the wall clock,
    /// whatever they deliver. True where no gate was announced yet.
    /// </summary>
    public bool HasClosed(Period period, PeriodGrid grid) =>
        Volatile.Read(ref _ticks) is var lead && (lead == Unknown || (lead >= 0 && (grid.StartOf(period) - time.GetUtcNow()).Ticks <= lead + Slack.Ticks));
}
