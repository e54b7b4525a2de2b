namespace VirtualEnergy.P2P.Flexibility.HomeRules;

/// <summary>A device that the home may hold back, as it stands when the guard decides.</summary>
/// <remarks>Only what can be interrupted is guarded: a run that must not be broken off counts as part of the home's other load once it has started.</remarks>
public sealed record GuardedDevice
{
    /// <param name="name">Unique in the home.</param>
    /// <param name="wantedWatts">What it would draw if nobody held it back, W ≥ 0; 0 when it has nothing to do.</param>
    /// <param name="minimumWatts">The least that it runs at, W > 0; equal to the highest for what is only on or off.</param>
    /// <param name="maximumWatts">The most that it draws, W.</param>
    /// <exception cref="ArgumentException">Powers out of order.</exception>
    public GuardedDevice(string name, long wantedWatts, long minimumWatts, long maximumWatts)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumWatts, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumWatts, minimumWatts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumWatts, PowerProfile.MostWatts);
        ArgumentOutOfRangeException.ThrowIfNegative(wantedWatts);
        (Name, WantedWatts, MinimumWatts, MaximumWatts) = (name, wantedWatts, minimumWatts, maximumWatts);
    }

    public string Name { get; }

    public long WantedWatts { get; }

    public long MinimumWatts { get; }

    public long MaximumWatts { get; }

    /// <summary>Comfort, a deadline or a minimum charge is at stake: it goes before what the member's order says.</summary>
    public bool IsUrgent { get; init; }

    /// <summary>What it draws now, W; null where nothing measures it, which counts as nothing, so that the home stays on the safe side.</summary>
    public long? MeasuredWatts { get; init; }

    /// <summary>What it may be given: what it wants, no less than it runs at and no more than it can.</summary>
    internal long Wish => WantedWatts == 0 ? 0 : Math.Clamp(WantedWatts, MinimumWatts, MaximumWatts);
}

/// <summary>The member's own word on a device: it goes before every plan and order until it ends.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Watts">What it shall draw, W; 0 for off, null for as much as it can.</param>
/// <param name="Until">When the home decides again.</param>
public sealed record MemberOverride(string Device, long? Watts, DateTimeOffset Until);

/// <summary>Why a device may draw what it may.</summary>
public enum GuardReason
{
    /// <summary>It gets what it wants.</summary>
    AsWanted,

    /// <summary>It has nothing to do.</summary>
    Idle,

    /// <summary>It runs with less than it wants: the contract power leaves no more.</summary>
    Modulated,

    /// <summary>It was running and is off: the contract power leaves it nothing.</summary>
    Shed,

    /// <summary>It would start and waits: there is no room, or another has just started.</summary>
    Delayed,

    /// <summary>The member said so.</summary>
    Overridden,

    /// <summary>The member said more than the contract power leaves.</summary>
    OverrideCut,

    /// <summary>The meter says nothing, so that nobody knows what there is room for.</summary>
    MeterSilent,
}

/// <summary>What a device may draw from now on.</summary>
/// <param name="Device">Its name.</param>
/// <param name="Watts">The most, W: 0, or between its least and its most.</param>
public readonly record struct GuardDecision(string Device, long Watts, GuardReason Reason);
