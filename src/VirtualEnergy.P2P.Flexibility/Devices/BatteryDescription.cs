using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Devices;

/// <summary>A stationary battery as its data sheet tells it.</summary>
public sealed record BatteryDescription
{
    /// <summary>95 % each way, about 90 % for the round trip at the terminals: usual for home batteries with an inverter.</summary>
    public static readonly Efficiency UsualEfficiency = new(950_000);

    /// <summary>A cent a kWh through the battery: less gain than this does not pay for its wear. µEUR/kWh.</summary>
    public static readonly Price UsualWear = new(10_000);

    /// <param name="capacity">Highest fill, Wh, positive.</param>
    /// <param name="chargeWatts">Highest charging power at the terminals, W.</param>
    /// <param name="dischargeWatts">Highest discharging power at the terminals, W.</param>
    /// <param name="charging">Share of the charged energy that is stored; 95 % unless told.</param>
    /// <param name="discharging">Share of the drawn energy that comes out; 95 % unless told.</param>
    /// <param name="minimumFill">Lowest fill, Wh; 0 unless told.</param>
    /// <param name="initialFill">Fill at the start, Wh; the lowest unless told.</param>
    /// <exception cref="ArgumentException">Levels out of order, or a power that is negative.</exception>
    public BatteryDescription(
        Energy capacity, long chargeWatts, long dischargeWatts, Efficiency? charging = null, Efficiency? discharging = null,
        Energy minimumFill = default, Energy? initialFill = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(capacity, Energy.Zero);
        Capacity = capacity;
        ChargeWatts = chargeWatts;
        DischargeWatts = dischargeWatts;
        Charging = charging ?? UsualEfficiency;
        Discharging = discharging ?? UsualEfficiency;
        MinimumFill = minimumFill;
        InitialFill = initialFill ?? minimumFill;

        // The control space has all the rules; a description that cannot be told as one is refused by it.
        _ = Describe("battery", default, InitialFill);
    }

    public Energy Capacity { get; }

    public Energy MinimumFill { get; }

    public Energy InitialFill { get; }

    public long ChargeWatts { get; }

    public long DischargeWatts { get; }

    public Efficiency Charging { get; }

    public Efficiency Discharging { get; }

    /// <summary>What a kWh charged must gain before it is worth the wear. µEUR/kWh, ≥ 0.</summary>
    public Price Wear { get; init; } = UsualWear;

    /// <summary>The same battery with something else in it, within its range.</summary>
    public BatteryDescription Holding(Energy fill) =>
        new(Capacity, ChargeWatts, DischargeWatts, Charging, Discharging, MinimumFill, Energy.Max(MinimumFill, Energy.Min(Capacity, fill))) { Wear = Wear };

    public StorageControlSpace Describe(string name, Period period, Energy fill) =>
        new(name, period, fill, MinimumFill, Capacity, ChargeWatts, DischargeWatts, Charging, Discharging);
}
