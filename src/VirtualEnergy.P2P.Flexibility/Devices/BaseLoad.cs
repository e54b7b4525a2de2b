using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices;

/// <summary>What a home consumes whatever the price: an inflexible device.</summary>
/// <param name="name">Name of the device.</param>
/// <param name="measured">What it will really draw, W.</param>
/// <param name="forecast">What is expected of it, W; the measured profile when the forecast is perfect.</param>
/// <param name="grid">Length of a period.</param>
public sealed class BaseLoad(string name, PowerProfile measured, PowerProfile forecast, PeriodGrid grid)
{
    public string Name => name;

    public InflexibleControlSpace Describe(Period period) => new(name, period, forecast.At(period));

    /// <summary>Runs the period. Wh consumed, ≥ 0.</summary>
    public Energy Execute(Period period) => grid.EnergyOf(measured.At(period));
}
