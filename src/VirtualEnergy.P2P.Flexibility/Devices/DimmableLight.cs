using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices;

/// <summary>Light that may be dimmed while energy is dearer than it is worth to the member.</summary>
/// <remarks>Power goes with the light: an LED dimmed to 40 % takes about 40 % (its driver's own watt is left out).</remarks>
public sealed record DimmableLight
{
    /// <param name="name">Unique in its home.</param>
    /// <param name="watts">Undimmed, W per period; 0 where it is off.</param>
    /// <param name="leastShare">Of the power that stays however dear energy is: 0 to 1.</param>
    /// <param name="worth">Up to this price it is not dimmed.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such share.</exception>
    public DimmableLight(string name, PowerProfile watts, double leastShare, Price worth)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Name, Watts, Worth) = (name, watts, worth);
        LeastShare = leastShare is >= 0 and <= 1 ? leastShare : throw new ArgumentOutOfRangeException(nameof(leastShare), leastShare, "A share from 0 to 1 stays lit.");
    }

    public string Name { get; }

    /// <summary>Undimmed, W per period.</summary>
    public PowerProfile Watts { get; }

    public double LeastShare { get; }

    public Price Worth { get; }

    /// <summary>By how much dimming changes its energy in a period, by price: nothing up to what it is worth, and above it less. Wh ≤ 0.</summary>
    public DemandCurve Dimming(Period period, MarketRules rules)
    {
        var dimmed = rules.Grid.EnergyOf((long)(Watts.At(period) * (1 - LeastShare)));
        return dimmed > Energy.Zero ? new DemandCurve(-dimmed, [new Slice(Tick.Down(Worth.MicroEurPerKWh, rules), dimmed)]) : DemandCurve.Constant(Energy.Zero);
    }
}
