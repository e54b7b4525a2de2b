using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.ControlSpaces;

/// <summary>A store of energy that can be filled and, if its discharge power is not zero, drawn from.</summary>
/// <remarks>Fill levels are energy inside the store; charge and discharge are energy at its terminals.</remarks>
public sealed record StorageControlSpace : ControlSpace
{
    /// <exception cref="ArgumentOutOfRangeException">Levels out of order, or a negative power.</exception>
    public StorageControlSpace(
        string device, Period period, Energy fill, Energy minimumFill, Energy maximumFill,
        long chargeWatts, long dischargeWatts, Efficiency charging, Efficiency discharging)
        : base(device, period)
    {
        NotNegative(minimumFill.WattHours, nameof(minimumFill));
        if (maximumFill < minimumFill)
        {
            throw new ArgumentOutOfRangeException(nameof(maximumFill), maximumFill, $"The highest fill is below the lowest, {minimumFill}.");
        }

        if (fill < minimumFill || fill > maximumFill)
        {
            throw new ArgumentOutOfRangeException(nameof(fill), fill, $"The fill lies outside {minimumFill} to {maximumFill}.");
        }

        Fill = fill;
        MinimumFill = minimumFill;
        MaximumFill = maximumFill;
        ChargeWatts = NotNegative(chargeWatts, nameof(chargeWatts));
        DischargeWatts = NotNegative(dischargeWatts, nameof(dischargeWatts));
        Charging = charging.PartsPerMillion > 0 ? charging : throw new ArgumentException("No charging efficiency.", nameof(charging));
        Discharging = discharging.PartsPerMillion > 0 ? discharging : throw new ArgumentException("No discharging efficiency.", nameof(discharging));
    }

    /// <summary>Energy inside at the start of the period.</summary>
    public Energy Fill { get; }

    public Energy MinimumFill { get; }

    public Energy MaximumFill { get; }

    /// <summary>Highest charging power at the terminals, W.</summary>
    public long ChargeWatts { get; }

    /// <summary>Highest discharging power at the terminals, W.</summary>
    public long DischargeWatts { get; }

    public Efficiency Charging { get; }

    public Efficiency Discharging { get; }

    /// <summary>The most energy that can go in at the terminals in one period.</summary>
    public Energy MaximumCharge(PeriodGrid grid) =>
        Energy.Min(EnergyWithin(ChargeWatts, grid), Charging.MostSentInto(MaximumFill - Fill));

    /// <summary>The most energy that can come out at the terminals in one period.</summary>
    public Energy MaximumDischarge(PeriodGrid grid) =>
        Energy.Min(EnergyWithin(DischargeWatts, grid), Discharging.Arriving(Fill - MinimumFill));

    // Rounded down, where PeriodGrid.EnergyOf rounds to nearest: half a watt-hour more would be above the rated power.
    private static Energy EnergyWithin(long watts, PeriodGrid grid) => new((long)((Int128)watts * grid.LengthSeconds / 3600));
}
