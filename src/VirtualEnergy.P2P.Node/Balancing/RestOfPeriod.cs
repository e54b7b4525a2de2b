using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Balancing;

/// <summary>
/// What devices are told for the rest of a period that runs otherwise since an order came. A delivery says energies of the whole period, and devices follow its power: what is
/// to change in energy changes in the time that is left.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class RestOfPeriod
{
    private Delivery? _told;
    private Delivery? _counted;

    /// <summary>A period begins as it was planned.</summary>
    public void Begin(Delivery delivery) => (_told, _counted) = (delivery, delivery);

    /// <summary>The delivery whose powers hold from now on; null where it is of another period than the one that runs, or that is over.</summary>
    public Delivery? From(Delivery delivery, PeriodGrid grid, DateTimeOffset now)
    {
        if (_told is not { } told || _counted is not { } counted || told.Period != delivery.Period || now >= grid.EndOf(delivery.Period))
        {
            return null;
        }

        var start = grid.StartOf(delivery.Period);
        var whole = grid.LengthSeconds * 1_000L;
        var left = whole - Math.Max(0, (now - start).Ticks / TimeSpan.TicksPerMillisecond);
        Energy Rest(Energy before, Energy was, Energy becomes) => before + new Energy((long)((Int128)(becomes - was).WattHours * whole / Math.Max(1, left)));

        _told = delivery with
        {
            Production = Energy.Max(Energy.Zero, Rest(told.Production, counted.Production, delivery.Production)),
            Allocations = [.. delivery.Allocations.Select(order => order is StorageAllocation becomes
                ? becomes with { Energy = Rest(EnergyOf(told, becomes.Device), EnergyOf(counted, becomes.Device), becomes.Energy) } : order)],
        };
        _counted = delivery;
        return _told;
    }

    private static Energy EnergyOf(Delivery delivery, string device) =>
        delivery.Allocations.OfType<StorageAllocation>().FirstOrDefault(order => order.Device == device)?.Energy ?? Energy.Zero;
}
