using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.HomeRules;
using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>The contract power and what the home may hold back for it, <c>devices.guard</c> in <c>home.json</c>.</summary>
public sealed record GuardSource
{
    /// <summary>3000, 4500 or 6000 W in most Italian homes.</summary>
    public required long ContractWatts { get; init; }

    /// <summary>What stays free for what nobody controls, W.</summary>
    public long ReserveWatts { get; init; }

    /// <summary>Seconds between one device's start and the next one's.</summary>
    public int RestartPauseSeconds { get; init; } = 30;

    /// <summary>Seconds between looks at the meter.</summary>
    public int EverySeconds { get; init; } = 5;

    /// <summary>For how many minutes a plug that the member switches on herself goes before everything else.</summary>
    public int OverrideMinutes { get; init; } = 60;

    /// <summary>What may be held back, in the member's order: the first keeps its power longest.</summary>
    public ImmutableArray<GuardedSource> Devices { get; init; } = [];

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public HomeGuardOptions Open()
    {
        if (ContractWatts is < 500 or > 100_000 || ReserveWatts < 0 || ReserveWatts >= ContractWatts || RestartPauseSeconds is < 0 or > 3_600 || EverySeconds is < 1 or > 60 || OverrideMinutes is < 0 or > 1_440)
        {
            throw new UserErrorException("devices.guard: contractWatts is 500 to 100000, reserveWatts less than that, restartPauseSeconds 0 to 3600, everySeconds 1 to 60, overrideMinutes 0 to 1440.");
        }

        if (Devices.FirstOrDefault(device => device.Watts is < 1 or > 100_000) is { } wrong)
        {
            throw new UserErrorException($"devices.guard: {wrong.Id}: watts is {wrong.Watts}; write what it draws at most, 1 to 100000.");
        }

        return Devices.DistinctBy(device => device.Id).Count() < Devices.Length
            ? throw new UserErrorException("devices.guard: a device is named twice; the order says what is held back first.")
            : new HomeGuardOptions(
                new GuardRules(ContractWatts) { ReserveWatts = ReserveWatts, RestartPause = TimeSpan.FromSeconds(RestartPauseSeconds) },
                [.. Devices.Select(device => new HeldDevice(device.Id, device.Watts, device.Urgent))])
            {
                Interval = TimeSpan.FromSeconds(EverySeconds), OverrideSpan = TimeSpan.FromMinutes(OverrideMinutes),
            };
    }
}

/// <summary>One device that may be held back.</summary>
public sealed record GuardedSource
{
    /// <summary>As <c>ve devices</c> shows it.</summary>
    public required string Id { get; init; }

    /// <summary>What it draws at most, W.</summary>
    public required long Watts { get; init; }

    /// <summary>Whether comfort or a deadline hangs on it: then it goes before the others.</summary>
    public bool Urgent { get; init; }
}
