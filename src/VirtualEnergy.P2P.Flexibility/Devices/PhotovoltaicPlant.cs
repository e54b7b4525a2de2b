using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices;

/// <summary>A photovoltaic plant: it produces what the sun gives, less what it is told to curtail.</summary>
/// <param name="name">Name of the device.</param>
/// <param name="measured">What the sun will really give, W ≥ 0.</param>
/// <param name="forecast">What is expected, W ≥ 0.</param>
/// <param name="grid">Length of a period.</param>
public sealed class PhotovoltaicPlant(string name, PowerProfile measured, PowerProfile forecast, PeriodGrid grid)
{
    public string Name => name;

    /// <summary>All of the production can be curtailed; its power is negative.</summary>
    public InflexibleControlSpace Describe(Period period) => new(name, period, -forecast.At(period), forecast.At(period));

    /// <summary>Wh that the sun gives in the period, before any curtailment, ≥ 0.</summary>
    public Energy Available(Period period) => grid.EnergyOf(measured.At(period));

    /// <summary>Runs the period. Wh produced, ≥ 0: never less than nothing, whatever is to be curtailed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative curtailment would be production out of nothing.</exception>
    public Energy Execute(InflexibleAllocation allocation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(allocation.Curtailed, Energy.Zero);
        return Energy.Max(Energy.Zero, Available(allocation.Period) - allocation.Curtailed);
    }
}
