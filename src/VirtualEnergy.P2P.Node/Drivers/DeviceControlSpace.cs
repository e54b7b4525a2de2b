using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>What a real device can do in a period, told as the plan's control spaces are.</summary>
public static class DeviceControlSpace
{
    /// <summary>A battery is a store, everything else that says its power is inflexible; an inverter that takes limits can be curtailed.</summary>
    /// <param name="state">As it stands.</param>
    /// <param name="period">The period that the space describes.</param>
    /// <returns>Null for a device that is not there, or does not say enough.</returns>
    public static ControlSpace? Of(DeviceState state, Period period)
    {
        if (state is not { IsThere: true, Reading: { } reading, Device: var device })
        {
            return null;
        }

        if (device.Kind == DeviceKind.Battery)
        {
            return device is { CapacityWattHours: > 0 and var capacity, ChargeWatts: >= 0 and var charge, DischargeWatts: >= 0 and var discharge } && reading.FillPermille is { } fill
                ? Storage(device, period, capacity, fill, charge, discharge)
                : null;
        }

        return reading.Watts is { } watts
            ? new InflexibleControlSpace(device.Id, period, watts, device.Abilities.HasFlag(DeviceAbilities.LimitsProduction) && watts < 0 ? -watts : 0)
            : null;
    }

    private static StorageControlSpace Storage(HomeDevice device, Period period, long capacity, int fillPermille, long charge, long discharge)
    {
        // Below its reserve a battery gives nothing: its reserve is then what is in it.
        var inside = new Energy(capacity * fillPermille / 1000);
        return new StorageControlSpace(
            device.Id, period, inside, Energy.Min(new Energy(capacity * device.ReservePermille / 1000), inside), new Energy(capacity), charge, discharge,
            BatteryDescription.UsualEfficiency, BatteryDescription.UsualEfficiency);
    }
}
