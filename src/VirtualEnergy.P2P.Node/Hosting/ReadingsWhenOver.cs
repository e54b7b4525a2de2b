using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Hosting;

/// <summary>
/// What a home without a meter of its own reads in a market that goes by the clock: its exchange takes no reading of a period that is not over. Each is held until then and a little
/// longer, since the exchange's clock may be behind; what an order changes meanwhile takes its place.
/// </summary>
/// <remarks>One caller at a time; <paramref name="over"/> is called on another thread.</remarks>
/// <param name="over">Told of a period that is over.</param>
/// <param name="time">This machine's clock.</param>
internal sealed class ReadingsWhenOver(Action<Period> over, TimeProvider time) : IDisposable
{
    private readonly Dictionary<Period, (Delivery Delivery, ITimer Timer)> _held = [];

    /// <summary>What the market's announcements say of its clock.</summary>
    public GateLead Gates { get; } = new(time);

    /// <summary>A period was allotted.</summary>
    /// <returns>Whether its reading waits; else it is due now, as in a market of simulated time.</returns>
    public bool Holds(Delivery delivery, PeriodGrid grid)
    {
        if (!Gates.IsOfThisTime(delivery.Period, grid, GateLead.Slack) || !Gates.HasClosed(delivery.Period, grid))
        {
            return false;
        }

        if (!Replaces(delivery))
        {
            var wait = grid.EndOf(delivery.Period) + GateLead.Slack - time.GetUtcNow();
            _held[delivery.Period] = (delivery, time.CreateTimer(_ => over(delivery.Period), null, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        }

        return true;
    }

    /// <summary>A period goes otherwise than it was allotted.</summary>
    /// <returns>Whether its reading waits, and is now this one.</returns>
    public bool Replaces(Delivery delivery)
    {
        if (!_held.TryGetValue(delivery.Period, out var held))
        {
            return false;
        }

        _held[delivery.Period] = held with { Delivery = delivery };
        return true;
    }

    /// <summary>What is to be read of a period that is over; null where nothing waits.</summary>
    public Delivery? Take(Period period)
    {
        if (!_held.Remove(period, out var held))
        {
            return null;
        }

        held.Timer.Dispose();
        return held.Delivery;
    }

    public void Dispose()
    {
        foreach (var (_, timer) in _held.Values)
        {
            timer.Dispose();
        }

        _held.Clear();
    }
}
