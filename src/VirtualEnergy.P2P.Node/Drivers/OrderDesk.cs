using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.Hosting;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// Carries the plan of a period to the real devices that play its parts, when the period begins and not before; what changes the one that runs, at once. An order for a period that
/// is over is given to nobody. When no plan follows, and at the end, every device that was told anything is its own master again.
/// </summary>
/// <param name="book">Knows the devices.</param>
/// <param name="give">Gives an order to a device: null when it was taken, else why not.</param>
/// <param name="time">Says when a period begins.</param>
/// <param name="logger">Told what a device does not take or does not do, and of a clock that is off, once each.</param>
public sealed class OrderDesk(DeviceBook book, Func<HomeDevice, DeviceOrder, CancellationToken, Task<string?>> give, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    // A day ahead in periods of five minutes, and what orders change.
    private const int MostPlans = 512;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A plan may come so long after its period's begin, as a signal for balancing is waited for.
    private static readonly TimeSpan LateBy = TimeSpan.FromMinutes(3);

    private readonly Channel<(PeriodGrid Grid, Delivery Delivery)> _plans =
        Channel.CreateBounded<(PeriodGrid, Delivery)>(new BoundedChannelOptions(MostPlans) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly OnceLog _once = new(logger);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, HomeDevice> _told = [];
    private readonly Dictionary<string, (DeviceOrder Order, DateTimeOffset Given)> _last = [];
    private readonly SortedDictionary<long, (PeriodGrid Grid, Delivery Delivery)> _waiting = [];
    private PeriodGrid _grid = PeriodGrid.QuarterHour;
    private DateTimeOffset? _followsBy;
    private Task<bool>? _read;
    private Task _running = Task.CompletedTask;

    /// <summary>Whether a period is one of this machine's time.</summary>
    public GateLead Gates { get; init; } = new(time);

    /// <summary>Whether the member has decided for a part of the plan: then her word holds, and not the plan's end.</summary>
    public Func<string, bool> HasWord { get; init; } = _ => false;

    /// <summary>Told of each plan when its period begins: for devices that take their part of it in another way.</summary>
    public Action<Delivery>? Begins { get; init; }

    /// <summary>Told when no plan has followed the last that began: for the same devices.</summary>
    public Action? Ends { get; init; }

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Takes the node's news; never waits and never throws.</summary>
    public void Tell(NodeNews news)
    {
        if (news is MarketJoined joined)
        {
            _grid = joined.Market.Rules.Grid;
        }
        else if (news is PeriodRun run)
        {
            _plans.Writer.TryWrite((_grid, run.Delivery));
        }
        else if (news is PeriodAmended amended)
        {
            _plans.Writer.TryWrite((_grid, amended.Delivery));
        }
    }

    /// <summary>What a device is told in the period.</summary>
    /// <param name="order">The plan's.</param>
    /// <param name="delivery">The plan of all devices.</param>
    /// <param name="wasTold">Whether the device stands under an order: only then is a limit lifted.</param>
    /// <returns>Null where nothing needs saying.</returns>
    public static DeviceOrder? From(Allocation order, Delivery delivery, PeriodGrid grid, bool wasTold)
    {
        var until = grid.EndOf(delivery.Period);
        return order switch
        {
            StorageAllocation storage => new ChargeOrder(WattsOf(storage.Energy, grid), until),
            ShiftableAllocation { IsHeld: true } => new SwitchOrder(false, until),
            ShiftableAllocation { Start: true } => new SwitchOrder(true, until),
            InflexibleAllocation { Curtailed.WattHours: > 0 } => new LimitOrder(WattsOf(delivery.Production, grid), until),
            InflexibleAllocation when wasTold => new LimitOrder(null, until),
            _ => null,
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        using var limit = new CancellationTokenSource(Patience, time);
        foreach (var device in _told.Values)
        {
            if (!device.Abilities.HasFlag(DeviceAbilities.Switches) && await give(device, Free(device), limit.Token).ConfigureAwait(false) is { } problem)
            {
                logger.LogWarning("{Device} could not be set free: {Problem}. It goes back by itself when its order ends, where it can.", device.Id, problem);
            }
        }
    }

    // Towards zero: no more than was planned.
    private static long WattsOf(Energy energy, PeriodGrid grid) => (long)((Int128)energy.WattHours * 3600 / grid.LengthSeconds);

    /// <summary>The plan's order, no further than the device itself can go by what it says.</summary>
    private static Allocation Possible(Allocation order, DeviceState state, PeriodGrid grid) =>
        order is StorageAllocation storage && DeviceControlSpace.Of(state, order.Period) is StorageControlSpace space
            ? storage with { Energy = Energy.Max(-space.MaximumDischarge(grid), Energy.Min(storage.Energy, space.MaximumCharge(grid))) }
            : order;

    private static DeviceAbilities Needed(Allocation order) => order switch
    {
        StorageAllocation => DeviceAbilities.Charges,
        ShiftableAllocation => DeviceAbilities.Switches,
        _ => DeviceAbilities.LimitsProduction,
    };

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                while (_plans.Reader.TryRead(out var plan))
                {
                    Take(plan.Grid, plan.Delivery);
                }

                await BeginAsync(_stopping.Token).ConfigureAwait(false);
                await EndAsync(_stopping.Token).ConfigureAwait(false);
                await WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped; what was told is taken back by who stops it.
        }
    }

    private void Take(PeriodGrid grid, Delivery delivery)
    {
        if (Gates.IsOfThisTime(delivery.Period, grid))
        {
            _waiting[delivery.Period.Index] = (grid, delivery);
            return;
        }

        // A market of simulated time, or a result that came too late: nothing that a device should do now.
        logger.LogDebug("The plan of period {Period} is for no time that devices live in.", delivery.Period);
        if (delivery.Allocations.Any(order => !book.Playing(order.Device).IsEmpty))
        {
            _once.Warn("clock", "the market's periods are not those of this machine's clock, so that devices are told nothing. ve doctor says how far it is off; a simulated market is always.");
        }
    }

    /// <summary>Gives the orders of every plan whose period has begun; one that was waited for too long is given to nobody.</summary>
    private async Task BeginAsync(CancellationToken cancellation)
    {
        while (_waiting.Count > 0 && _waiting.First() is var (index, (grid, delivery)) && grid.StartOf(delivery.Period) <= time.GetUtcNow())
        {
            _waiting.Remove(index);
            if (time.GetUtcNow() < grid.EndOf(delivery.Period))
            {
                _followsBy = grid.EndOf(delivery.Period) + LateBy;
                Begins?.Invoke(delivery);
                foreach (var order in delivery.Allocations)
                {
                    await GiveAsync(order, delivery, grid, cancellation).ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Sets free what no plan has told anything new: where the market is silent, nobody goes on charging by its last word.</summary>
    private async Task EndAsync(CancellationToken cancellation)
    {
        if (_followsBy <= time.GetUtcNow())
        {
            _followsBy = null;
            Ends?.Invoke();
        }

        foreach (var (id, (order, given)) in _last.Where(last => last.Value.Order.Until + LateBy <= time.GetUtcNow()).ToList())
        {
            _last.Remove(id);
            if (order is SwitchOrder || HasWord(_told[id].Role!))
            {
                continue;
            }

            if (await give(_told[id], Free(_told[id]), cancellation).ConfigureAwait(false) is null)
            {
                _told.Remove(id);
                logger.LogInformation("No plan has come for {Device}: it is its own master until one does.", id);
            }
            else
            {
                _last[id] = (order with { Until = time.GetUtcNow() }, given); // tried again
            }
        }
    }

    private async Task WaitAsync(CancellationToken cancellation)
    {
        var read = _read is { IsCompleted: false } still ? still : _read = _plans.Reader.WaitToReadAsync(_stopping.Token).AsTask();
        DateTimeOffset?[] next = [_followsBy, _waiting.Count > 0 ? _waiting.First().Value is var (grid, delivery) ? grid.StartOf(delivery.Period) : null : null, .. _last.Values.Select(last => (DateTimeOffset?)last.Order.Until + LateBy)];
        if (next.Min() is not { } at)
        {
            await read.ConfigureAwait(false);
            return;
        }

        using var wake = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var wait = at - time.GetUtcNow();
        await Task.WhenAny(read, Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, wake.Token)).ConfigureAwait(false);
        await wake.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    // Own control for a battery, no limit for an inverter.
    private DeviceOrder Free(HomeDevice device) =>
        device.Abilities.HasFlag(DeviceAbilities.Charges) ? new ChargeOrder(null, time.GetUtcNow()) : new LimitOrder(null, time.GetUtcNow());

    private async Task GiveAsync(Allocation order, Delivery delivery, PeriodGrid grid, CancellationToken cancellation)
    {
        var able = book.Playing(order.Device).Where(state => state.Device.Abilities.HasFlag(Needed(order))).ToImmutableArray();
        if (able.Length > 1)
        {
            _once.Warn(order.Device, $"{able.Length} devices play this part, and {able[0].Device.Id} alone takes its orders; give the others another role.");
        }

        if (able.IsEmpty || From(Possible(order, able[0], grid), delivery, grid, _told.ContainsKey(able[0].Device.Id)) is not { } told)
        {
            return;
        }

        var device = able[0].Device;
        if (_last.TryGetValue(device.Id, out var last) && Obedience.ProblemOf(device, last.Order, last.Given, able[0].Reading) is { } disobeys)
        {
            _once.Warn(device.Id, disobeys);
        }

        var given = time.GetUtcNow();
        if (await give(device, told, cancellation).ConfigureAwait(false) is { } problem)
        {
            _once.Warn(device.Id, $"did not take an order: {problem}");
        }
        else
        {
            _told[device.Id] = device;
            _last[device.Id] = (told, given);
        }
    }
}
