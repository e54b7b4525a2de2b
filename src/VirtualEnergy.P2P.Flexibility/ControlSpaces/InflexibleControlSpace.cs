using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.ControlSpaces;

/// <summary>A device that follows people or the weather: it can be forecast, and at most curtailed.</summary>
public sealed record InflexibleControlSpace : ControlSpace
{
    /// <param name="device">Name of the device.</param>
    /// <param name="period">The period described.</param>
    /// <param name="forecastWatts">Expected average power; + consumption, − production.</param>
    /// <param name="curtailableWatts">How much of that power can be switched off, W, from 0 to its magnitude.</param>
    /// <exception cref="ArgumentOutOfRangeException">More would be curtailed than flows.</exception>
    public InflexibleControlSpace(string device, Period period, long forecastWatts, long curtailableWatts = 0)
        : base(device, period)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(forecastWatts, long.MinValue);
        NotNegative(curtailableWatts, nameof(curtailableWatts));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(curtailableWatts, Math.Abs(forecastWatts));
        ForecastWatts = forecastWatts;
        CurtailableWatts = curtailableWatts;
    }

    /// <summary>Expected average power in W; + consumption, − production.</summary>
    public long ForecastWatts { get; }

    /// <summary>W that can be switched off.</summary>
    public long CurtailableWatts { get; }
}
