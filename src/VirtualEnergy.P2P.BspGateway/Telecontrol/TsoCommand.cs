namespace VirtualEnergy.P2P.BspGateway.Telecontrol;

/// <summary>What a system operator can ask of a unit by telecontrol.</summary>
public enum TsoCommandKind
{
    /// <summary>A set-point: so much regulation against the program, held until it is revoked, replaced, or no longer sold.</summary>
    Regulate,

    /// <summary>The order in force is to end.</summary>
    Revoke,

    /// <summary>No more than so much may be injected.</summary>
    Limit,

    /// <summary>The limitation ends.</summary>
    LiftLimit,
}

/// <summary>A command of the system operator: readable, finite, and for a unit that is there; whether it can be executed is another question.</summary>
/// <param name="Unit">The unit's index in the configuration.</param>
/// <param name="Watts">
/// With <see cref="TsoCommandKind.Regulate"/> the change against the program, + consumption, so upward regulation is negative; with
/// <see cref="TsoCommandKind.Limit"/> the lowest power that the unit may have, 0 or less; else 0.
/// </param>
public readonly record struct TsoCommand(int Unit, TsoCommandKind Kind, long Watts, string Peer);

/// <summary>What a unit shows to the system operator. Powers in W, + consumption; availabilities are amounts, 0 or more.</summary>
/// <param name="SetPointWatts">The regulation in force against the program; 0 without an order.</param>
/// <param name="IsComplete">Every home that takes part is measured.</param>
/// <param name="WithdrawnWattHours">Since the gateway's start.</param>
public readonly record struct UnitValues(
    DateTimeOffset At, long MeasuredWatts, long BaselineWatts, long TargetWatts, long UpWatts, long DownWatts, long SetPointWatts,
    bool IsComplete, bool HasOrder, bool IsLimited, long WithdrawnWattHours, long InjectedWattHours);
