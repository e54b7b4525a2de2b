using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Portfolio;

/// <summary>A point of delivery as it was certified: what it can be moved by, how fast, for how long.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Member">Whose it is, and who is paid.</param>
/// <param name="Kind">What stands behind it.</param>
/// <param name="Zone">The market zone, as SARD.</param>
/// <param name="Node">The node of the transmission grid; empty where nobody asks.</param>
/// <param name="Up">The most it can move up (consume less, produce more), in W, 0 or more.</param>
/// <param name="Down">The most it can move down, in W, 0 or more.</param>
/// <param name="RampPerMinute">How fast, in W a minute, more than 0.</param>
/// <param name="HoldingSeconds">How long it holds its certified powers, in s.</param>
/// <param name="TelemetrySeconds">It is measured every so many seconds.</param>
public sealed record DeliveryPoint(
    PodCode Code,
    MemberId Member,
    PointKind Kind,
    string Zone,
    string Node,
    long Up,
    long Down,
    long RampPerMinute,
    int HoldingSeconds,
    int TelemetrySeconds)
{
    /// <summary>What is certified, in W.</summary>
    public long Certified(RegulationDirection direction) => direction == RegulationDirection.Up ? Up : Down;

    /// <summary>What it reaches within a market's ramp, in W: certified, and not more than its ramp gives; 0 if it does not hold long enough.</summary>
    public long Enabled(RegulationDirection direction, MarketProfile profile) => HoldingSeconds < profile.HoldingSeconds
        ? 0
        : (long)Int128.Min(Certified(direction), (Int128)RampPerMinute * profile.RampSeconds / 60);
}

/// <summary>The name of a virtual unit: 1 to 32 of letters, digits, hyphen and underscore.</summary>
public readonly record struct UnitId(string Value) : IComparable<UnitId>
{
    public bool IsWellFormed => Value is { Length: > 0 and <= 32 } && Value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public int CompareTo(UnitId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
