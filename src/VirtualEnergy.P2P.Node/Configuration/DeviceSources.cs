using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Batteries;
using VirtualEnergy.P2P.Node.Drivers.Discovered;
using VirtualEnergy.P2P.Node.Drivers.Meters;
using VirtualEnergy.P2P.Node.Drivers.Modbus;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.Drivers.SunSpec;
using VirtualEnergy.P2P.Node.Drivers.Zigbee2Mqtt;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>The real devices of a home, <c>devices</c> in <c>home.json</c>.</summary>
public sealed record DeviceSources
{
    /// <summary>Inverters, batteries and meters that speak SunSpec over Modbus TCP.</summary>
    public ImmutableArray<SunSpecSource> SunSpec { get; init; } = [];

    /// <summary>Zigbee2MQTT's base topic, <c>zigbee2mqtt</c> as a rule; left out, its plugs are not looked for.</summary>
    public string? Zigbee2Mqtt { get; init; }

    /// <summary>Whether to take what others announce to Home Assistant.</summary>
    public bool Discovered { get; init; }

    /// <summary>Meters that publish on the home's broker.</summary>
    public ImmutableArray<MeterSource> Meters { get; init; } = [];

    /// <summary>Batteries that are controlled by a number on the home's broker.</summary>
    public ImmutableArray<BatterySource> Batteries { get; init; } = [];

    /// <summary>Which of the home's planned devices a real one is: id, name in the plan.</summary>
    public ImmutableDictionary<string, string> Roles { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The id of the meter whose counters are the home's readings; left out, its household's profile is.</summary>
    public string? Reads { get; init; }

    /// <summary>Keeps the home within its contract power; left out, nothing is held back.</summary>
    public GuardSource? Guard { get; init; }

    /// <summary>The drivers.</summary>
    /// <param name="broker">The home's broker; null without one.</param>
    /// <param name="prefix">Home Assistant's discovery prefix.</param>
    /// <param name="session">First part of the names of sessions on the broker.</param>
    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public ImmutableArray<IDeviceDriver> Open(HomeBroker? broker, string prefix, string session, TimeProvider time, ILogger logger)
    {
        string? RoleOf(string id) => Roles.GetValueOrDefault(id);
        var drivers = ImmutableArray.CreateBuilder<IDeviceDriver>();
        drivers.AddRange(SunSpec.Select(source => new SunSpecDriver(source.Open(), time, logger)));
        if (Zigbee2Mqtt is { } topic)
        {
            Topic("zigbee2Mqtt", topic);
            drivers.Add(new Zigbee2MqttDriver(Needed(broker, "zigbee2Mqtt"), $"{session}-zigbee", topic, RoleOf, time, logger));
        }

        if (Discovered)
        {
            ImmutableArray<string> leftOut = Zigbee2Mqtt is null ? ["virtualenergy"] : ["virtualenergy", Zigbee2Mqtt];
            drivers.Add(new DiscoveryDriver(Needed(broker, "discovered"), $"{session}-discovered", prefix, leftOut, RoleOf, time, logger));
        }

        if (!Meters.IsEmpty)
        {
            var meters = Meters.Select(source => source.Open()).ToImmutableArray();
            if (meters.DistinctBy(meter => meter.Name).Count() < meters.Length)
            {
                throw new UserErrorException("devices.meters: each needs a name of its own.");
            }

            drivers.Add(new MqttMeterDriver(Needed(broker, "meters"), $"{session}-meters", meters, time, logger));
        }

        if (!Batteries.IsEmpty)
        {
            var batteries = Batteries.Select(source => source.Open()).ToImmutableArray();
            if (batteries.DistinctBy(battery => battery.Name).Count() < batteries.Length)
            {
                throw new UserErrorException("devices.batteries: each needs a name of its own.");
            }

            drivers.Add(new MqttBatteryDriver(Needed(broker, "batteries"), $"{session}-batteries", batteries, time, logger));
        }

        return drivers.DistinctBy(driver => driver.Name).Count() == drivers.Count
            ? drivers.ToImmutable()
            : throw new UserErrorException("devices.sunSpec: each needs a name of its own, and not meter, battery, zigbee2mqtt or discovered.");
    }

    internal static string Topic(string key, string topic) => topic.Length is > 0 and <= 256 && !topic.AsSpan().ContainsAny("+#\0")
        ? topic
        : throw new UserErrorException($"devices.{key}: \"{topic}\" is no topic; a topic has no + and no #.");

    private static HomeBroker Needed(HomeBroker? broker, string key) => broker ?? throw new UserErrorException($"devices.{key}: needs a homeBroker; see ve node run --help.");
}

/// <summary>A SunSpec device.</summary>
public sealed record SunSpecSource
{
    public required string Name { get; init; }

    public required string Host { get; init; }

    public int Port { get; init; } = 502;

    public byte Unit { get; init; } = 1;

    /// <summary>Seconds between readings.</summary>
    public int EverySeconds { get; init; } = 10;

    /// <summary>The name under which the home plans the inverter.</summary>
    public string InverterRole { get; init; } = "photovoltaics";

    /// <summary>The name under which the home plans the battery.</summary>
    public string BatteryRole { get; init; } = "battery";

    /// <summary>Whether its meter is that of the connection; else it is of a part of the home.</summary>
    public bool IsGridMeter { get; init; } = true;

    /// <summary>For a meter that was mounted the other way round.</summary>
    public bool InvertMeter { get; init; }

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public SunSpecDriverOptions Open()
    {
        if (Name.Length is 0 or > 32 || !Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new UserErrorException($"devices.sunSpec: name is \"{Name}\"; write 1 to 32 letters, digits, - or _.");
        }

        if (Port is < 1 or > 65_535 || EverySeconds is < 1 or > 3_600 || Host.Length == 0)
        {
            throw new UserErrorException($"devices.sunSpec: {Name}: a host, a port of 1 to 65535 and 1 to 3600 everySeconds are needed.");
        }

        return new SunSpecDriverOptions(Name, new ModbusAddress(Host, Port, Unit))
        {
            Interval = TimeSpan.FromSeconds(EverySeconds),
            InverterRole = InverterRole,
            BatteryRole = BatteryRole,
            MeterKind = IsGridMeter ? DeviceKind.Meter : DeviceKind.Submeter,
            InvertMeter = InvertMeter,
        };
    }
}

/// <summary>A meter on the home's broker.</summary>
public sealed record MeterSource
{
    public required string Name { get; init; }

    /// <summary>Whether it is that of the connection; else it is of a part of the home.</summary>
    public bool IsGridMeter { get; init; } = true;

    /// <summary>The topic of whole P1 telegrams.</summary>
    public string? Telegram { get; init; }

    public ImmutableArray<MeterValueSource> Values { get; init; } = [];

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public MappedMeter Open()
    {
        if (Name.Length is 0 or > 64 || (Values.IsEmpty && Telegram is null))
        {
            throw new UserErrorException($"devices.meters: \"{Name}\": a name of 1 to 64 characters, and values or a telegram are needed.");
        }

        return new MappedMeter(Name, IsGridMeter ? DeviceKind.Meter : DeviceKind.Submeter)
        {
            TelegramTopic = Telegram is null ? null : DeviceSources.Topic($"meters: {Name}: telegram", Telegram),
            Values = [.. Values.Select(value => value.Open(Name))],
        };
    }
}

/// <summary>One number of a meter.</summary>
public sealed record MeterValueSource
{
    public required string Topic { get; init; }

    /// <summary>Where in the JSON, names divided by points; left out, the payload is the number.</summary>
    public string Path { get; init; } = "";

    /// <summary><c>power</c>, <c>import</c> or <c>export</c>.</summary>
    public required string Is { get; init; }

    /// <summary>W, kW, MW for a power; Wh, kWh, MWh for energies.</summary>
    public required string Unit { get; init; }

    /// <summary>For a power that counts what is fed in as positive.</summary>
    public bool Invert { get; init; }

    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public MeterValue Open(string meter)
    {
        Quantity? quantity = Is switch { "power" => Quantity.Power, "import" => Quantity.Import, "export" => Quantity.Export, _ => null };
        return quantity is not { } known ? throw new UserErrorException($"devices.meters: {meter}: is \"{Is}\"; write power, import or export.")
            : Units.InWatts(Unit, known) is not { } perUnit ? throw new UserErrorException($"devices.meters: {meter}: {Is} in \"{Unit}\"; write {(known == Quantity.Power ? "W, kW or MW" : "Wh, kWh or MWh")}.")
            : Invert && known != Quantity.Power ? throw new UserErrorException($"devices.meters: {meter}: a counter cannot be inverted; call it {(known == Quantity.Import ? "export" : "import")}.")
            : new MeterValue(DeviceSources.Topic($"meters: {meter}", Topic), Path, known, perUnit, Invert);
    }
}
