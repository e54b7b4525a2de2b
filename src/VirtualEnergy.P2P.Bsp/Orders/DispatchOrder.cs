using VirtualEnergy.P2P.Bsp.Portfolio;

namespace VirtualEnergy.P2P.Bsp.Orders;

/// <summary>What the transmission system operator wants of a unit.</summary>
/// <param name="Id">Unique for ever: 1 to 96 printable ASCII characters.</param>
/// <param name="Unit">The unit, by the name under which it is enabled.</param>
/// <param name="Start">From when it has effect.</param>
public abstract record DispatchOrder(string Id, UnitId Unit, DateTimeOffset Start);

/// <summary>Move the unit away from its baseline: ramp there, hold it, and come back at the end.</summary>
/// <param name="Direction">Up: less net consumption; down: more.</param>
/// <param name="Watts">By how much, W, positive.</param>
/// <param name="Ramp">From <see cref="DispatchOrder.Start"/> until all of it must be there.</param>
/// <param name="End">When the unit is let go.</param>
/// <param name="Replaces">The order that this one takes the place of at its start, or null.</param>
public sealed record BalancingOrder(
    string Id, UnitId Unit, DateTimeOffset Start, RegulationDirection Direction, long Watts, TimeSpan Ramp, DateTimeOffset End, string? Replaces = null)
    : DispatchOrder(Id, Unit, Start)
{
    /// <summary>W to be added to the baseline: − upwards, + downwards (powers are + for consumption).</summary>
    public long Shift => Direction == RegulationDirection.Up ? -Watts : Watts;

    /// <summary>The order that an absolute set-point comes to.</summary>
    /// <param name="setPoint">W that the unit shall exchange; + consumption, − production.</param>
    /// <param name="baseline">W that it would.</param>
    public static BalancingOrder ToSetPoint(string id, UnitId unit, DateTimeOffset start, long setPoint, long baseline, TimeSpan ramp, DateTimeOffset end, string? replaces = null) => new(
        id, unit, start, setPoint < baseline ? RegulationDirection.Up : RegulationDirection.Down, Math.Abs(checked(setPoint - baseline)), ramp, end, replaces);
}

/// <summary>From its start on, an order is no longer wanted; the unit comes back to its baseline as at the end of an order.</summary>
/// <param name="Revokes">The order's id.</param>
public sealed record RevocationOrder(string Id, UnitId Unit, DateTimeOffset Start, string Revokes) : DispatchOrder(Id, Unit, Start);

/// <summary>On which side a limitation holds.</summary>
public enum LimitSide
{
    /// <summary>The unit's power stays at or below it.</summary>
    Cap,

    /// <summary>The unit's power stays at or above it.</summary>
    Floor,
}

/// <summary>
/// The unit's power must stay on one side of a bound for some time, whatever else is ordered. It is a command for the network's security and needs no sale;
/// what the homes cannot do is said at once.
/// </summary>
/// <param name="Watts">W; + consumption, − production.</param>
/// <param name="Ramp">From the start until the bound holds in full.</param>
/// <param name="End">When it ends.</param>
public sealed record LimitationOrder(string Id, UnitId Unit, DateTimeOffset Start, LimitSide Side, long Watts, TimeSpan Ramp, DateTimeOffset End)
    : DispatchOrder(Id, Unit, Start);
