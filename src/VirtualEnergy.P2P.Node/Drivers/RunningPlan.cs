using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// What of the plan is still to come before a period begins: a battery tells what is in it now, and the bid is about what will be in it then.
/// Not safe for concurrent use.
/// </summary>
public sealed class RunningPlan
{
    private const int Kept = 8;

    private readonly Queue<Delivery> _plans = new();

    public void Add(Delivery delivery)
    {
        _plans.Enqueue(delivery);
        if (_plans.Count > Kept)
        {
            _plans.Dequeue();
        }
    }

    /// <summary>The battery as it should be when the period begins.</summary>
    /// <param name="battery">As it is now.</param>
    public MeasuredBattery At(Period period, MeasuredBattery battery, DateTimeOffset now, PeriodGrid grid)
    {
        var (data, fill) = (battery.Battery, (double)battery.Battery.InitialFill.WattHours);
        foreach (var plan in _plans.Where(plan => plan.Period < period && grid.EndOf(plan.Period) > now))
        {
            var energy = plan.Allocations.OfType<StorageAllocation>().Where(order => order.Device == battery.Name).Sum(order => order.Energy.WattHours)
                * Math.Min(1, (grid.EndOf(plan.Period) - now).TotalSeconds / grid.LengthSeconds);
            fill = Math.Clamp(
                fill + (energy > 0 ? energy * data.Charging.PartsPerMillion / 1e6 : energy * 1e6 / data.Discharging.PartsPerMillion), data.MinimumFill.WattHours, data.Capacity.WattHours);
        }

        return battery with { Battery = data.Holding(new Energy((long)Math.Round(fill))) };
    }
}
