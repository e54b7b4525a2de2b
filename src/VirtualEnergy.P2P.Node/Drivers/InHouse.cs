using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers.Cars;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.S2;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>All that a node has to do with inside the house: its devices, their orders, and Home Assistant. The market waits for none of it.</summary>
public sealed class InHouse : IAsyncDisposable
{
    private readonly GateLead _gates;
    private readonly HomeDrivers _devices;
    private readonly HomeGuard? _guard;
    private readonly OrderDesk _orders;
    private readonly HomeAssistantPanel? _panel;
    private readonly HomeSenses _senses;
    private readonly OverrideDesk _overrides;
    private readonly MemoryKeeper _memory;
    private readonly MemberDoor? _door;

    private InHouse(
        GateLead gates, MemberControls controls, GridMeter? meter, HomeDrivers devices, HomeGuard? guard, OrderDesk orders, HomeAssistantPanel? panel, HomeSenses senses, OverrideDesk overrides, MemoryKeeper memory,
        MemberDoor? door) =>
        (_gates, Controls, Meter, _devices, _guard, _orders, _panel, _senses, _overrides, _memory, _door) = (gates, controls, meter, devices, guard, orders, panel, senses, overrides, memory, door);

    /// <summary>What the member allows, as it was kept from before.</summary>
    public MemberControls Controls { get; }

    /// <summary>The meter whose counters are the home's readings; null where the home's devices count.</summary>
    public GridMeter? Meter { get; }

    /// <summary>By what the home's configuration names; without a home broker and devices it does nothing.</summary>
    /// <param name="s2">Devices that speak S2; null without any. Not disposed here.</param>
    /// <param name="door">File of the socket by which <c>ve</c> reaches the node on this machine; null where it does not.</param>
    /// <param name="planned">The stores that the configuration describes: the journeys of its cars are the member's calendar.</param>
    /// <exception cref="UserErrorException">Something in the configuration cannot be.</exception>
    public static InHouse Open(HomeConfig config, MemberId member, string homeName, TimeProvider time, ILoggerFactory logging, S2House? s2 = null, string? door = null, ImmutableArray<StoreModel> planned = default)
    {
        var (log, broker) = (logging.CreateLogger("home"), config.HomeBroker?.Open());
        var memory = new NodeMemory(config.Memory, log);
        var (controls, totals) = memory.Read();
        var prefix = config.HomeBroker?.Prefix ?? NodeTopics.DefaultPrefix;
        var drivers = config.Devices?.Open(broker, prefix, $"ve-{member.Value[..10]}", time, log) ?? [];
        HomeSenses? known = null;
        var devices = new HomeDrivers(s2 is null ? drivers : drivers.Add(new S2Driver(s2, names => known?.Obey(names), time)), new DeviceBook(time, log), time, log);
        var cars = new HomeCars(planned.IsDefault ? [] : planned, config.Memory is null ? null : config.Memory + ".cars", log);
        var senses = known = new HomeSenses(devices.Book, s2, controls, cars, time);
        var panel = broker is not null && config.HomeBroker is { HomeAssistant: true }
            ? new HomeAssistantPanel(broker, member, homeName, controls, totals, time, log, prefix) { Devices = () => senses.Devices }
            : null;
        var guard = config.Devices?.Guard is { } rules
            ? new HomeGuard(devices, rules.Open() with { Meter = config.Devices.Reads }, time, log) { Said = words => panel?.Tell(new HeldBack(words)) }
            : null;
        var gates = new GateLead(time);
        var meter = config.Devices?.Reads is { } id ? new GridMeter(devices.Book, id, time) { Gates = gates } : null;
        Func<HomeDevice, DeviceOrder, CancellationToken, Task<string?>> give = guard is null ? devices.OrderAsync : guard.OrderAsync;
        var orders = new OrderDesk(devices.Book, give, time, log)
        {
            Gates = gates, Begins = senses.Begin, Ends = senses.End, HasWord = device => controls.Overrides.Any(word => word.Device == device && word.Until > time.GetUtcNow()),
        };
        return new InHouse(
            gates, controls, meter, devices, guard, orders, panel, senses, new OverrideDesk(devices.Book, give, controls, senses.Obey, time, log),
            new MemoryKeeper(memory, controls, totals, member), door is null ? null : new MemberDoor(door, () => senses.Devices, controls, time, log));
    }

    /// <summary>What the house says of itself for a period.</summary>
    public HomeNow Sense(Period period) => Meter is null ? _senses.Sense(period) : _senses.Sense(period) with { IsMetered = true };

    /// <summary>Begins; what is not there yet is tried until it is.</summary>
    public async Task StartAsync()
    {
        _memory.Start();
        _devices.Start();
        _guard?.Start();
        _orders.Start();
        _overrides.Start();
        _door?.Start();
        await (_panel?.StartAsync() ?? Task.CompletedTask).ConfigureAwait(false);
    }

    /// <summary>Takes the node's news; never waits and never throws.</summary>
    public void Tell(NodeNews news)
    {
        if (news is RoundOpened opened)
        {
            _gates.Announced(opened.Round);
        }

        _senses.Tell(news);
        _memory.Tell(news);
        _panel?.Tell(news);
        _orders.Tell(news);
    }

    public async ValueTask DisposeAsync()
    {
        if (_door is not null)
        {
            await _door.DisposeAsync().ConfigureAwait(false);
        }

        await _overrides.DisposeAsync().ConfigureAwait(false);
        await _orders.DisposeAsync().ConfigureAwait(false);
        if (_guard is not null)
        {
            await _guard.DisposeAsync().ConfigureAwait(false);
        }

        await _devices.DisposeAsync().ConfigureAwait(false);
        if (_panel is not null)
        {
            await _panel.DisposeAsync().ConfigureAwait(false);
        }

        await _memory.DisposeAsync().ConfigureAwait(false);
    }
}
