using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Devices;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>A real battery by its own word.</summary>
/// <param name="Name">The name under which it is planned.</param>
/// <param name="Battery">Its data; <see cref="BatteryDescription.InitialFill"/> is what is in it now.</param>
public readonly record struct MeasuredBattery(string Name, BatteryDescription Battery);

/// <summary>What is known of a home when a period is bid for or run, and no plan could know.</summary>
public sealed record HomeNow
{
    /// <summary>A home that is simulated throughout.</summary>
    public static readonly HomeNow Simulated = new();

    /// <summary>Real batteries. One that was here and is not any more is out of reach: it is its own master, and nothing is planned with it.</summary>
    public ImmutableArray<MeasuredBattery> Batteries { get; init; } = [];

    /// <summary>Devices that are not the plan's to move.</summary>
    public ImmutableArray<FixedDevice> Fixed { get; init; } = [];

    /// <summary>
    /// Whether a meter counts what flows: then the home's profiles are only what it was like before, and a period that runs is taken to be as it is expected.
    /// </summary>
    public bool IsMetered { get; init; }

    /// <summary>What devices that bid beside the plan take in the period, Wh by price; + consumption, − production.</summary>
    public DemandCurve Beside { get; init; } = DemandCurve.Constant(default);
}
