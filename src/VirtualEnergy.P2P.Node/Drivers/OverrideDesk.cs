using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// Carries the member's word for a device to the real one that plays its part: at once, and not first when the next period begins. When her word
/// ends, or she takes it back, the device is its own master until the plan has it again.
/// </summary>
/// <param name="book">Knows the devices.</param>
/// <param name="give">Gives an order to a device: null when it was taken, else why not.</param>
/// <param name="controls">Where her word stands.</param>
/// <param name="obey">Tells devices that speak S2, by the names for which something has changed.</param>
/// <param name="time">Ends her word.</param>
/// <param name="logger">Told what she decided, and what a device does not take.</param>
public sealed class OverrideDesk(
    DeviceBook book, Func<HomeDevice, DeviceOrder, CancellationToken, Task<string?>> give, MemberControls controls, Action<IReadOnlySet<string>> obey, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly OnceLog _once = new(logger);
    private ImmutableArray<DeviceOverride> _told = [];
    private Task _running = Task.CompletedTask;

    public void Start()
    {
        controls.Changed += OnChanged;
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        controls.Changed -= OnChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    /// <summary>What a device is told when the member decides; null for one that can do neither.</summary>
    public static DeviceOrder? From(HomeDevice device, DeviceOverride word) =>
        device.Abilities.HasFlag(DeviceAbilities.Charges) ? new ChargeOrder(word.IsOn ? device.ChargeWatts ?? 0 : 0, word.Until)
        : device.Abilities.HasFlag(DeviceAbilities.LimitsProduction) ? new LimitOrder(word.IsOn ? null : 0, word.Until)
        : device.Abilities.HasFlag(DeviceAbilities.Switches) ? new SwitchOrder(word.IsOn, word.Until)
        : null;

    private void OnChanged() => _changed.Release();

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                controls.Expire(time.GetUtcNow());
                await FollowAsync(controls.Overrides, _stopping.Token).ConfigureAwait(false);
                await WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped; who told devices something sets them free.
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var wake = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var changed = _changed.WaitAsync(wake.Token);
        var ends = controls.Overrides.Select(word => (DateTimeOffset?)word.Until).Min() is { } first ? Until(first, wake.Token) : Task.Delay(Timeout.Infinite, wake.Token);
        await Task.WhenAny(changed, ends).ConfigureAwait(false);
        await wake.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    private Task Until(DateTimeOffset end, CancellationToken cancellation)
    {
        var wait = end - time.GetUtcNow();
        return Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, cancellation);
    }

    private async Task FollowAsync(ImmutableArray<DeviceOverride> words, CancellationToken cancellation)
    {
        var changed = words.Where(word => !_told.Contains(word)).ToImmutableArray();
        var ended = _told.Where(word => words.All(known => known.Device != word.Device)).ToImmutableArray();
        _told = words;
        foreach (var word in changed)
        {
            logger.LogInformation("{Device} is {Word} until {Until} UTC, as you said.", word.Device, word.IsOn ? "on" : "off", word.Until.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
            await TellAsync(word.Device, device => From(device, word), cancellation).ConfigureAwait(false);
        }

        foreach (var word in ended)
        {
            logger.LogInformation("{Device} is the plan's again.", word.Device);
            await TellAsync(word.Device, Free, cancellation).ConfigureAwait(false);
        }

        if (!changed.IsEmpty || !ended.IsEmpty)
        {
            obey(changed.Concat(ended).Select(word => word.Device).ToHashSet());
        }
    }

    // A plug stays as it stands: what runs is not broken off because an hour is over.
    private DeviceOrder? Free(HomeDevice device) =>
        device.Abilities.HasFlag(DeviceAbilities.Charges) ? new ChargeOrder(null, time.GetUtcNow())
        : device.Abilities.HasFlag(DeviceAbilities.LimitsProduction) ? new LimitOrder(null, time.GetUtcNow())
        : null;

    private async Task TellAsync(string name, Func<HomeDevice, DeviceOrder?> order, CancellationToken cancellation)
    {
        foreach (var state in book.Playing(name))
        {
            if (order(state.Device) is { } told && await give(state.Device, told, cancellation).ConfigureAwait(false) is { } problem)
            {
                _once.Warn(state.Device.Id, $"did not take an order: {problem}");
            }
        }
    }
}
