using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices;

/// <summary>A battery: what went in less what came out less the losses is what is inside, exactly and always.</summary>
/// <remarks>
/// Whole watt-hours flow at the terminals. Inside, millionths are kept, or else a small flow at 95 % would lose half of itself
/// to rounding. The fraction that finds no room in a full battery is lost. Not safe for concurrent use.
/// </remarks>
public sealed class Battery(string name, BatteryDescription description, PeriodGrid grid)
{
    private const long Millionths = 1_000_000;

    private Energy _throughput;

    public string Name => name;

    /// <summary>Energy inside, in millionths of a Wh.</summary>
    public long ExactFill { get; private set; } = checked(description.InitialFill.WattHours * Millionths);

    /// <summary>Energy inside, whole Wh, rounded down.</summary>
    public Energy Fill => new(ExactFill / Millionths);

    /// <summary>Everything lost in conversion so far, Wh: net inflow at the terminals less the change of the fill.</summary>
    public Energy Losses => _throughput - (Fill - description.InitialFill);

    public StorageControlSpace Describe(Period period) => description.Describe(name, period, Fill);

    /// <summary>
    /// Charges or discharges as far as the battery can: an order beyond its power or its fill is cut to its limit, so that
    /// no order harms it.
    /// </summary>
    /// <returns>What really flowed at the terminals, Wh; + charge, − discharge.</returns>
    public Energy Execute(StorageAllocation allocation)
    {
        var space = Describe(allocation.Period);
        var flow = Energy.Max(-space.MaximumDischarge(grid), Energy.Min(allocation.Energy, space.MaximumCharge(grid)));
        ExactFill = flow >= Energy.Zero
            ? Math.Min(ExactFill + flow.WattHours * description.Charging.PartsPerMillion, description.Capacity.WattHours * Millionths)
            : ExactFill - Drawn(-flow);
        _throughput += flow;
        return flow;
    }

    private long Drawn(Energy delivered)
    {
        var share = description.Discharging.PartsPerMillion;
        return (long)(((Int128)delivered.WattHours * Millionths * Millionths + share - 1) / share);
    }
}
