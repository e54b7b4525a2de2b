namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>What a device is to the home.</summary>
public enum DeviceKind
{
    /// <summary>The meter of the connection.</summary>
    Meter,

    /// <summary>A meter of a part of the home.</summary>
    Submeter,

    Inverter,
    Battery,
    Plug,

    /// <summary>One that speaks for itself, over S2.</summary>
    Resource,
}

/// <summary>What the home's agent may do with a device.</summary>
[Flags]
public enum DeviceAbilities
{
    None = 0,

    /// <summary>It says what it draws or gives.</summary>
    Measures = 1,

    /// <summary>It can be switched on and off.</summary>
    Switches = 2,

    /// <summary>What it gives can be limited.</summary>
    LimitsProduction = 4,

    /// <summary>It charges and discharges as told.</summary>
    Charges = 8,
}

/// <summary>A device that a driver has found.</summary>
/// <param name="Id">Unique in the home and the same after every restart: driver/device.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Driver">Which driver speaks to it.</param>
/// <param name="Model">Maker and model as the device says them.</param>
public sealed record HomeDevice(string Id, string Name, string Driver, DeviceKind Kind, string Model, DeviceAbilities Abilities)
{
    /// <summary>Highest output of an inverter, W; null where it does not say.</summary>
    public long? RatedWatts { get; init; }

    /// <summary>What a battery holds, Wh; null where it does not say.</summary>
    public long? CapacityWattHours { get; init; }

    /// <summary>Highest charging power, W.</summary>
    public long? ChargeWatts { get; init; }

    /// <summary>Highest discharging power, W.</summary>
    public long? DischargeWatts { get; init; }

    /// <summary>What stays in a battery, in thousandths of its capacity.</summary>
    public int ReservePermille { get; init; }

    /// <summary>A car's battery: while the device is not there, the car is away.</summary>
    public bool IsCar { get; init; }

    /// <summary>Whether a car says that it is connected; else its silence says that it is not.</summary>
    public bool SaysConnected { get; init; }

    /// <summary>Which of the home's devices this one is, by the name that its orders bear; null where it takes none.</summary>
    public string? Role { get; init; }

    /// <summary>What happens to it as long as nobody orders anything.</summary>
    public string Default => Kind == DeviceKind.Resource || Abilities.HasFlag(DeviceAbilities.Charges) ? "its own control"
        : Abilities.HasFlag(DeviceAbilities.LimitsProduction) ? "no limit"
        : Abilities.HasFlag(DeviceAbilities.Switches) ? "as its switch stands"
        : "measured only";
}

/// <summary>What a device said at an instant; what it did not say is null.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Watts">Power; + consumption or charging, − production or discharging.</param>
/// <param name="ImportedWattHours">Wh taken over its life, ≥ 0.</param>
/// <param name="ExportedWattHours">Wh given over its life, ≥ 0.</param>
/// <param name="FillPermille">Of a battery, 0 to 1000.</param>
/// <param name="IsOn">Of a switch.</param>
/// <param name="IsEstimated">The device is silent: this is what it does at this time of day.</param>
public readonly record struct DeviceReading(
    DateTimeOffset At, long? Watts, long? ImportedWattHours = null, long? ExportedWattHours = null, int? FillPermille = null, bool? IsOn = null, bool IsEstimated = false);
