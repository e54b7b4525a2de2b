using System.Globalization;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>Electrical power as a demand curve states it: + is consumption, − is production.</summary>
/// <remarks>
/// Whole nano-watts, so that sums are exact and do not depend on the order of addition, and a curve that was interpolated or
/// read from decimals keeps nine of them. 64 bits hold 9.2 GW.
/// </remarks>
/// <param name="NanoWatts">nW. Arithmetic is checked: an overflow throws, it never wraps.</param>
public readonly record struct Demand(long NanoWatts) : IComparable<Demand>
{
    public const long NanoWattsPerWatt = 1_000_000_000;

    public static readonly Demand Zero;

    /// <summary>The most that one curve may state in either direction: 1 GW.</summary>
    public static readonly Demand MaxOfCurve = FromWatts(1_000_000_000);

    /// <summary>The most that the curves of a cluster may add up to in either direction: 2⁶² nW, 4.6 GW. The difference of two sums then fits.</summary>
    public static readonly Demand MaxOfSum = new(1L << 62);

    /// <exception cref="OverflowException">More than 9.2 GW.</exception>
    public static Demand FromWatts(long watts) => new(checked(watts * NanoWattsPerWatt));

    public static Demand Min(Demand a, Demand b) => a.NanoWatts <= b.NanoWatts ? a : b;

    public static Demand Max(Demand a, Demand b) => a.NanoWatts >= b.NanoWatts ? a : b;

    public int CompareTo(Demand other) => NanoWatts.CompareTo(other.NanoWatts);

    public static Demand operator +(Demand a, Demand b) => new(checked(a.NanoWatts + b.NanoWatts));

    public static Demand operator -(Demand a, Demand b) => new(checked(a.NanoWatts - b.NanoWatts));

    public static Demand operator -(Demand a) => new(checked(-a.NanoWatts));

    public static bool operator <(Demand a, Demand b) => a.NanoWatts < b.NanoWatts;

    public static bool operator >(Demand a, Demand b) => a.NanoWatts > b.NanoWatts;

    public static bool operator <=(Demand a, Demand b) => a.NanoWatts <= b.NanoWatts;

    public static bool operator >=(Demand a, Demand b) => a.NanoWatts >= b.NanoWatts;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{NanoWatts} nW");
}
