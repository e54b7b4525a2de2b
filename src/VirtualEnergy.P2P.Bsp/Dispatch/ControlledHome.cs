using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Dispatch;

/// <summary>A home that is dispatched: what it would exchange, and what it can do beside that.</summary>
/// <param name="Home">Who.</param>
/// <param name="Baseline">W; + consumption, − production. Its frozen baseline of the period.</param>
/// <param name="Up">What it can take off its power, cheapest first.</param>
/// <param name="Down">What it can add.</param>
/// <param name="RampWattsPerSecond">How fast it can be moved; 0 where that does not bind.</param>
/// <param name="ConnectionWatts">What its connection can carry each way; a measurement beyond is not believed.</param>
public sealed record ControlledHome(MemberId Home, long Baseline, ImmutableArray<PowerStep> Up, ImmutableArray<PowerStep> Down, long RampWattsPerSecond, long ConnectionWatts)
{
    /// <summary>Null if it may be dispatched, else what is wrong with it.</summary>
    public string? Objection =>
        DispatchHome.Of(Home, Up.IsDefault ? [] : Up).Objection ?? DispatchHome.Of(Home, Down.IsDefault ? [] : Down).Objection
        ?? (RampWattsPerSecond is < 0 or > DispatchHome.MaxWatts || ConnectionWatts is < 1 or > DispatchHome.MaxWatts || Int128.Abs(Baseline) > DispatchHome.MaxWatts
            ? "Ramp, connection and baseline must lie within 1 GW." : null);
}

/// <summary>What a home's meter says.</summary>
/// <param name="Watts">W; + consumption, − production.</param>
/// <param name="At">When it was measured.</param>
public readonly record struct HomeMeasurement(MemberId Home, long Watts, DateTimeOffset At);

/// <summary>What a home is told.</summary>
/// <param name="Shift">W to be added to its baseline: − upwards, + downwards; 0 lets it go.</param>
public readonly record struct SetPoint(MemberId Home, long Shift);

/// <summary>What a step of the control came to.</summary>
/// <param name="SetPoints">Those that changed, and those that a home may not have heard: of all homes at the first step, of each that was silent when it is heard again.</param>
/// <param name="Shift">W that the unit owes, signed as orders are.</param>
/// <param name="Measured">W by which the homes that are heard differ from their baselines.</param>
/// <param name="Asked">W that the standing set-points add up to.</param>
/// <param name="Missing">W that no home can be found for; 0 as a rule. To be announced at once.</param>
/// <param name="UsesReserve">Whether what is kept for outages is in use.</param>
/// <param name="Silent">Homes that are not heard.</param>
/// <param name="Unresponsive">Homes that are heard and are left out, because they did not do what they were told or come and go.</param>
/// <param name="Ignored">Measurements that were not taken: of nobody here, older than the last, from the future, or beyond the connection.</param>
public sealed record ControlStep(
    ImmutableArray<SetPoint> SetPoints, long Shift, long Measured, long Asked, long Missing, bool UsesReserve, int Silent, int Unresponsive, int Ignored);
