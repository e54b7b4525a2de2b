using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.ControlSpaces;

/// <summary>
/// What one device can do in one period, told in one of EFI's categories: inflexible, shiftable, storage (and, with the
/// devices that need it, adjustable). The planner reads control spaces; it never looks into a device.
/// </summary>
/// <remarks>Immutable, and checked when built: a control space that exists is a possible one.</remarks>
public abstract record ControlSpace
{
    private protected ControlSpace(string device, Period period)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(device);
        Device = device;
        Period = period;
    }

    /// <summary>Name of the device, unique in its home.</summary>
    public string Device { get; }

    /// <summary>The period that this describes.</summary>
    public Period Period { get; }

    private protected static long NotNegative(long value, string name) =>
        value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} cannot be negative.");
}
