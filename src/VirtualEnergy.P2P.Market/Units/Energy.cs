using System.Globalization;

namespace VirtualEnergy.P2P.Market;

/// <summary>An amount of electrical energy in whole watt-hours.</summary>
/// <remarks>Where a direction matters, + is consumption, bought, into the device; − is production, sold, out of it.</remarks>
/// <param name="WattHours">Watt-hours. Arithmetic is checked: an overflow throws, it never wraps.</param>
public readonly record struct Energy(long WattHours) : IComparable<Energy>
{
    public static readonly Energy Zero;

    public static Energy Min(Energy a, Energy b) => a.WattHours <= b.WattHours ? a : b;

    public static Energy Max(Energy a, Energy b) => a.WattHours >= b.WattHours ? a : b;

    public int CompareTo(Energy other) => WattHours.CompareTo(other.WattHours);

    public static Energy operator +(Energy a, Energy b) => new(checked(a.WattHours + b.WattHours));

    public static Energy operator -(Energy a, Energy b) => new(checked(a.WattHours - b.WattHours));

    public static Energy operator -(Energy a) => new(checked(-a.WattHours));

    public static bool operator <(Energy a, Energy b) => a.WattHours < b.WattHours;

    public static bool operator >(Energy a, Energy b) => a.WattHours > b.WattHours;

    public static bool operator <=(Energy a, Energy b) => a.WattHours <= b.WattHours;

    public static bool operator >=(Energy a, Energy b) => a.WattHours >= b.WattHours;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{WattHours} Wh");
}
