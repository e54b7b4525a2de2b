using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility.HomeRules;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>A device that the home may hold back.</summary>
/// <param name="Id">As in the book.</param>
/// <param name="Watts">What it draws at most.</param>
/// <param name="IsUrgent">Whether it goes before the others.</param>
public sealed record HeldDevice(string Id, long Watts, bool IsUrgent = false);

/// <summary>How a home guards its contract power.</summary>
/// <param name="Rules">Contract, reserve, pauses.</param>
/// <param name="Devices">In the member's order.</param>
public sealed record HomeGuardOptions(GuardRules Rules, ImmutableArray<HeldDevice> Devices)
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The connection's meter, where the home has several; null takes the first that says its power.</summary>
    public string? Meter { get; init; }

    /// <summary>For how long a plug that the member switches on herself goes before everything else.</summary>
    public TimeSpan OverrideSpan { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>
/// Watches the connection's meter and holds devices back so that the home stays within its contract power: plugs are switched off and on
/// again, a battery that charges is turned down, also one that nobody listed. A plug that somebody switches on by hand is the member's word, and goes first for a while.
/// </summary>
public sealed class HomeGuard : IAsyncDisposable
{
    // A battery charges with any power; below this it is not worth the switching.
    private const long LeastChargeWatts = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HomeDrivers _drivers;
    private readonly HomeGuardOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, HeldPlug> _plugs = [];
    private readonly Dictionary<string, ChargeOrder> _charging = [];
    private readonly Dictionary<string, MemberOverride> _words = [];
    private readonly HashSet<string> _deaf = [];
    private ImmutableArray<HeldDevice> _held;
    private ContractGuard _guard;
    private string _said = "";
    private Task _running = Task.CompletedTask;

    public HomeGuard(HomeDrivers drivers, HomeGuardOptions options, TimeProvider time, ILogger logger) =>
        (_drivers, _options, _time, _logger, _guard, _held) = (drivers, options, time, logger, new ContractGuard(options.Rules), options.Devices);

    /// <summary>Told what is held back whenever that changes, in words; empty when nothing is.</summary>
    public Action<string>? Said { get; init; }

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Passes an order on, a charging one no further than the contract power goes.</summary>
    /// <returns>Null when the device has taken it; else why not, in one line.</returns>
    public async Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (order is not ChargeOrder charge)
            {
                return await _drivers.OrderAsync(device, order, cancellation).ConfigureAwait(false);
            }

            if (charge.Watts is not > 0)
            {
                _charging.Remove(device.Id);
                return await _drivers.OrderAsync(device, order, cancellation).ConfigureAwait(false);
            }

            _charging[device.Id] = charge;
            if (_held.All(held => held.Id != device.Id))
            {
                // What nobody listed goes after everything that is.
                _held = _held.Add(new HeldDevice(device.Id, Math.Max(device.ChargeWatts ?? 0, charge.Watts.Value)));
            }
        }
        finally
        {
            _oneAtATime.Release();
        }

        await LookAsync(cancellation).ConfigureAwait(false);
        return null;
    }

    /// <summary>Looks at the meter once and does what follows.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        await _oneAtATime.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var now = _time.GetUtcNow();
            var standing = _held.Select(held => (Held: held, State: _drivers.Book.Find(held.Id))).Where(one => one.State is { IsThere: true } state && IsKnown(state))
                .Select(one => (one.Held, State: one.State!, Guarded: Stand(one.Held, one.State!, now))).ToImmutableArray();
            (_guard, var decisions) = _guard.Decide(now, MeterWatts(), [.. standing.Select(one => one.Guarded)], [.. _words.Values]);
            foreach (var (one, decision) in standing.Zip(decisions))
            {
                await ObeyAsync(one.State.Device, one.Guarded, decision, now, cancellation).ConfigureAwait(false);
            }

            Say(standing.Zip(decisions).Select(pair => (pair.First.State.Device.Name, pair.Second)));
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (var (id, plug) in _plugs)
        {
            if (plug.IsHeld)
            {
                _logger.LogWarning("{Device} stays off, since nobody guards the contract power any more; switch it on when there is room.", id);
            }
        }
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await LookAsync(_stopping.Token).ConfigureAwait(false);
                await Task.Delay(_options.Interval, _time, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // The meter's own word only: an estimate of what others draw protects no fuse.
    private long? MeterWatts() => _drivers.Book.All()
        .Where(state => (_options.Meter is { } meter ? state.Device.Id == meter : state.Device.Kind == DeviceKind.Meter) && state is { IsThere: true, Reading: { IsEstimated: false, Watts: not null } })
        .Select(state => state.Reading!.Value.Watts).FirstOrDefault();

    // A plug that has not said yet how it stands is nobody's to judge.
    private static bool IsKnown(DeviceState state) => state.Device.Abilities.HasFlag(DeviceAbilities.Charges) || state.Reading?.IsOn is not null;

    private GuardedDevice Stand(HeldDevice held, DeviceState state, DateTimeOffset now)
    {
        var measured = state.Reading is { IsEstimated: false, Watts: { } watts } ? watts : (long?)null;
        if (state.Device.Abilities.HasFlag(DeviceAbilities.Charges))
        {
            var wanted = _charging.GetValueOrDefault(held.Id) is { Watts: { } charge } order && order.Until > now ? charge : 0;
            return new GuardedDevice(held.Id, Math.Min(wanted, held.Watts), Math.Min(LeastChargeWatts, held.Watts), held.Watts) { IsUrgent = held.IsUrgent, MeasuredWatts = measured };
        }

        var isOn = state.Reading?.IsOn == true;
        if (!_plugs.TryGetValue(held.Id, out var plug))
        {
            _plugs[held.Id] = plug = new HeldPlug { WasOn = isOn };
            _guard = isOn ? _guard.Adopt(held.Id, held.Watts) : _guard;
        }

        // On although it was off, and not by this guard: that was the member.
        if (isOn && !plug.WasOn && plug.Told != true)
        {
            _words[held.Id] = new MemberOverride(held.Id, held.Watts, now + _options.OverrideSpan);
            _logger.LogInformation("{Device} was switched on by hand: until {Until:HH:mm} UTC it goes before everything else.", state.Device.Name, now + _options.OverrideSpan);
            plug.IsHeld = false;

            // It draws already, and that is its own: not something that nobody controls.
            _guard = _guard.Adopt(held.Id, held.Watts);
        }
        else if (!isOn && plug.WasOn && plug.Told != false)
        {
            _words.Remove(held.Id);
        }

        // What was told to come on and does not show it was switched off by somebody, or is broken: it is not asked for ever.
        var isForgotten = plug.Told == true && now - plug.ToldAt > Patience;
        (plug.WasOn, plug.Told) = (isOn, plug.Told == isOn || isForgotten ? null : plug.Told);
        return new GuardedDevice(held.Id, isOn || plug.IsHeld || plug.Told == true ? held.Watts : 0, held.Watts, held.Watts) { IsUrgent = held.IsUrgent, MeasuredWatts = measured };
    }

    private async Task ObeyAsync(HomeDevice device, GuardedDevice guarded, GuardDecision decision, DateTimeOffset now, CancellationToken cancellation)
    {
        DeviceOrder? order = null;
        if (_plugs.TryGetValue(device.Id, out var plug))
        {
            var wants = decision.Watts > 0;
            if (plug.WasOn != wants && (plug.WasOn || plug.IsHeld || plug.Told == true))
            {
                // Said again at every look until the plug shows it.
                order = new SwitchOrder(wants, DateTimeOffset.MaxValue);
                (plug.ToldAt, plug.IsHeld, plug.Told) = (plug.Told == wants ? plug.ToldAt : now, !wants, wants);
            }
        }
        else if (_charging.TryGetValue(device.Id, out var charge) && charge.Until > now && (charge.Watts != decision.Watts || guarded.WantedWatts > 0))
        {
            order = new ChargeOrder(decision.Watts, charge.Until);
        }

        if (order is null)
        {
            return;
        }

        // It is told again at every look, and what is wrong is said once until it takes what it is told.
        if (await _drivers.OrderAsync(device, order, cancellation).ConfigureAwait(false) is not { } problem)
        {
            _deaf.Remove(device.Id);
        }
        else if (_deaf.Add(device.Id))
        {
            _logger.LogWarning("{Device} could not be held back, and is told again: {Problem}", device.Id, problem);
        }
    }

    private void Say(IEnumerable<(string Name, GuardDecision Decision)> all)
    {
        var words = string.Join("; ", all.Select(one => one.Decision.Reason switch
        {
            GuardReason.Shed or GuardReason.Delayed => $"{one.Name} waits for room within the contract power",
            GuardReason.MeterSilent => $"{one.Name} waits because the meter is silent",
            GuardReason.Modulated => string.Create(CultureInfo.InvariantCulture, $"{one.Name} is turned down to {one.Decision.Watts} W"),
            GuardReason.OverrideCut => $"{one.Name} was asked for, and the contract power has no room for it",
            GuardReason.Overridden when one.Decision.Watts > 0 => $"{one.Name} runs because you said so",
            _ => "",
        }).Where(said => said.Length > 0));
        if (words != _said)
        {
            _said = words;
            _logger.LogInformation("Held back: {Words}.", words.Length == 0 ? "nothing" : words);
            Said?.Invoke(words);
        }
    }

    private sealed class HeldPlug
    {
        /// <summary>Switched off by the guard, and to come back.</summary>
        public bool IsHeld { get; set; }

        /// <summary>How it stood at the last look.</summary>
        public bool WasOn { get; set; }

        /// <summary>What it was told and has not shown yet.</summary>
        public bool? Told { get; set; }

        /// <summary>When it was told that for the first time.</summary>
        public DateTimeOffset ToldAt { get; set; }
    }
}
