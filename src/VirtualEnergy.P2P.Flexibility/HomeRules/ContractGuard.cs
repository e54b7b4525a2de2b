using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Flexibility.HomeRules;

/// <summary>The numbers of a home's guard.</summary>
/// <param name="ContractWatts">Contract power, W: 3,000, 4,500 or 6,000 in most Italian homes.</param>
public sealed record GuardRules(long ContractWatts)
{
    /// <summary>What stays free for what nobody controls, W; a kettle's start is seen only at the next reading.</summary>
    public long ReserveWatts { get; init; }

    /// <summary>Between one device's start and the next one's, so that they do not all come back at once.</summary>
    public TimeSpan RestartPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>More room than a device needs before it starts, W, so that it is not shed at the next flicker.</summary>
    public long StartMarginWatts { get; init; } = 100;
}

/// <summary>
/// Keeps what the home controls within its contract power. Pure: what it decided last goes in, what it decides comes out.
/// </summary>
/// <remarks>
/// What is not controlled is the meter's reading less what the devices draw of what they were allowed; a device that takes more than that is
/// in this sense not controlled. The rest of the contract power is divided: overrides first, then what is urgent, then by the member's order;
/// everybody's least before anybody's more, so that the last ones are turned down before they are turned off. Less is given at once. A
/// device starts only with room to spare, one at a time, with a pause between.
/// <para>Holds for any devices and readings: the sum of what is allowed is at most max(0, contract − reserve − uncontrolled).</para>
/// </remarks>
public sealed record ContractGuard
{
    private ContractGuard(GuardRules rules, ImmutableDictionary<string, long> allowed, DateTimeOffset? lastStart) =>
        (Rules, Allowed, LastStart) = (rules, allowed, lastStart);

    /// <exception cref="ArgumentOutOfRangeException">A contract power that is not positive, or something negative beside it.</exception>
    public ContractGuard(GuardRules rules)
        : this(rules, ImmutableDictionary<string, long>.Empty, null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rules.ContractWatts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rules.ContractWatts, PowerProfile.MostWatts);
        ArgumentOutOfRangeException.ThrowIfNegative(rules.ReserveWatts);
        ArgumentOutOfRangeException.ThrowIfNegative(rules.StartMarginWatts);
        ArgumentOutOfRangeException.ThrowIfLessThan(rules.RestartPause, TimeSpan.Zero);
    }

    public GuardRules Rules { get; }

    /// <summary>What each device was allowed last, W.</summary>
    public ImmutableDictionary<string, long> Allowed { get; }

    /// <summary>When a device was started last; null before the first.</summary>
    public DateTimeOffset? LastStart { get; }

    /// <summary>A device was running before the guard had a say in it: it is not one that starts.</summary>
    /// <param name="device">Its name.</param>
    /// <param name="watts">What it draws, W > 0.</param>
    public ContractGuard Adopt(string device, long watts)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(watts);
        return new ContractGuard(Rules, Allowed.SetItem(device, watts), LastStart);
    }

    /// <summary>Decides anew.</summary>
    /// <param name="now">The instant.</param>
    /// <param name="meterWatts">Net power of the connection, + taken, − fed in; null while the meter is silent.</param>
    /// <param name="devices">In the member's order: the first keeps its power longest.</param>
    /// <param name="overrides">The member's own words; those that are over count no more, and of two for a device the later one in the list does.</param>
    /// <returns>The guard with its memory, and what each device may draw, in the order of the devices.</returns>
    public (ContractGuard Next, ImmutableArray<GuardDecision> Decisions) Decide(
        DateTimeOffset now, long? meterWatts, ImmutableArray<GuardedDevice> devices, ImmutableArray<MemberOverride> overrides)
    {
        var asked = devices.Select(device => Ask(device, overrides.LastOrDefault(word => word.Device == device.Name && word.Until > now))).ToImmutableArray();
        if (meterWatts is not { } metered)
        {
            return (
                new ContractGuard(Rules, devices.ToImmutableDictionary(device => device.Name, _ => 0L), LastStart),
                [.. asked.Select(ask => new GuardDecision(ask.Device.Name, 0, ask.Wish == 0 ? GuardReason.Idle : GuardReason.MeterSilent))]);
        }

        var room = Room(metered, devices);
        var given = new Dictionary<string, long>();
        var lastStart = LastStart;
        var mayStart = LastStart is not { } last || now - last >= Rules.RestartPause;

        // Everybody's least first, in order of rank; the sort is stable, so that within a rank the member's order holds.
        var ranked = asked.OrderBy(ask => ask.Rank).ToList();
        foreach (var ask in ranked)
        {
            var isRunning = Allowed.GetValueOrDefault(ask.Device.Name) > 0;
            var needed = ask.Device.MinimumWatts + (isRunning || ask.IsOverride ? 0 : Rules.StartMarginWatts);
            var starts = !isRunning && !ask.IsOverride;
            if (ask.Wish == 0 || needed > room || (starts && !mayStart))
            {
                continue;
            }

            given[ask.Device.Name] = ask.Device.MinimumWatts;
            room -= ask.Device.MinimumWatts;
            if (!isRunning)
            {
                (mayStart, lastStart) = (false, now);
            }
        }

        foreach (var ask in ranked)
        {
            if (given.TryGetValue(ask.Device.Name, out var least))
            {
                var more = Math.Min(ask.Wish - least, room);
                given[ask.Device.Name] = least + more;
                room -= more;
            }
        }

        return (
            new ContractGuard(Rules, devices.ToImmutableDictionary(device => device.Name, device => given.GetValueOrDefault(device.Name)), lastStart),
            [.. asked.Select(ask => new GuardDecision(ask.Device.Name, given.GetValueOrDefault(ask.Device.Name), Reason(ask, given.GetValueOrDefault(ask.Device.Name))))]);
    }

    /// <summary>What the contract power leaves for the devices, W ≥ 0.</summary>
    private long Room(long metered, ImmutableArray<GuardedDevice> devices)
    {
        // Nothing of a home is larger; a reading that is comes from no meter, and is taken for the most that it can mean.
        var uncontrolled = Math.Clamp(metered, -PowerProfile.MostWatts, PowerProfile.MostWatts);
        foreach (var device in devices)
        {
            uncontrolled -= Math.Clamp(device.MeasuredWatts ?? 0, 0, Allowed.GetValueOrDefault(device.Name));
        }

        return Math.Max(0, Rules.ContractWatts - Rules.ReserveWatts - uncontrolled);
    }

    private static Asked Ask(GuardedDevice device, MemberOverride? word) => word switch
    {
        null => new Asked(device, device.Wish, device.IsUrgent ? 1 : 2, IsOverride: false),
        { Watts: null } => new Asked(device, device.MaximumWatts, 0, IsOverride: true),
        { Watts: <= 0 } => new Asked(device, 0, 0, IsOverride: true),
        { Watts: { } watts } => new Asked(device, Math.Clamp(watts, device.MinimumWatts, device.MaximumWatts), 0, IsOverride: true),
    };

    private GuardReason Reason(Asked ask, long watts) =>
        ask.IsOverride ? watts == ask.Wish ? GuardReason.Overridden : GuardReason.OverrideCut
        : ask.Wish == 0 ? GuardReason.Idle
        : watts == ask.Wish ? GuardReason.AsWanted
        : watts > 0 ? GuardReason.Modulated
        : Allowed.GetValueOrDefault(ask.Device.Name) > 0 ? GuardReason.Shed
        : GuardReason.Delayed;

    private readonly record struct Asked(GuardedDevice Device, long Wish, int Rank, bool IsOverride);
}
