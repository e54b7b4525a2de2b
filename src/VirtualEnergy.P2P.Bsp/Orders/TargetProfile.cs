namespace VirtualEnergy.P2P.Bsp.Orders;

/// <summary>What a unit's balancing orders add to its baseline over time: straight lines between points, 0 W before the first and after the last.</summary>
internal sealed class TargetProfile
{
    private readonly List<(DateTimeOffset At, long Watts)> _points = [];

    /// <summary>Orders of one unit that do not overlap. Each starts from where the one before has left the unit, and leads back to 0 W.</summary>
    public static TargetProfile Of(IEnumerable<OrderRecord> orders, OrderTerms terms)
    {
        var profile = new TargetProfile();
        foreach (var record in orders.Where(record => record.End > record.Order.Start).OrderBy(record => record.Order.Start))
        {
            var order = (BalancingOrder)record.Order;
            profile.Turn(order.Start, terms.Aim(order.Ramp), order.Shift);
            profile.Turn(record.End, terms.ReleaseRamp, 0);
        }

        return profile;
    }

    /// <summary>W to be added to the baseline.</summary>
    public long At(DateTimeOffset now)
    {
        var next = _points.FindIndex(point => point.At > now);
        if (next <= 0)
        {
            return next < 0 && _points.Count > 0 ? _points[^1].Watts : 0;
        }

        var (from, to) = (_points[next - 1], _points[next]);
        return from.Watts + (long)((Int128)(to.Watts - from.Watts) * (now - from.At).Ticks / (to.At - from.At).Ticks);
    }

    // From where it is at that time, in a straight line to another power.
    private void Turn(DateTimeOffset at, TimeSpan within, long watts)
    {
        var from = At(at);
        _points.RemoveAll(point => point.At >= at);
        _points.Add((at, from));
        _points.Add((at + within, watts));
    }
}
