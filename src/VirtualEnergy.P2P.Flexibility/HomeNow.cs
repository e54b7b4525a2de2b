using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>A real battery, of the home or of a car, by its own word.</summary>
/// <param name="Name">The name under which it is planned.</param>
/// <param name="Battery">Its data; <see cref="BatteryDescription.InitialFill"/> is what is in it now.</param>
public readonly record struct MeasuredBattery(string Name, BatteryDescription Battery)
{
    /// <summary>Of a car that is at home, the journeys that it is expected to make; default for a battery that stays.</summary>
    public ImmutableArray<Journey> Journeys { get; init; }

    /// <summary>As it is planned.</summary>
    internal StoreModel Store(PeriodGrid grid) => Journeys.IsDefault ? new BatteryStore(Name, Battery, grid)
        : new CarStore(Name, Battery.Capacity, Math.Max(1, Battery.ChargeWatts), Journeys, Battery.MinimumFill, Battery.InitialFill, Battery.DischargeWatts, grid)
        {
            Charging = Battery.Charging.PartsPerMillion / 1e6,
            Discharging = Battery.Discharging.PartsPerMillion / 1e6,
        };
}

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
