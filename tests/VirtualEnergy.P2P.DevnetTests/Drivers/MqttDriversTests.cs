using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Batteries;
using VirtualEnergy.P2P.Node.Drivers.Discovered;
using VirtualEnergy.P2P.Node.Drivers.Meters;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using VirtualEnergy.P2P.Node.Drivers.Zigbee2Mqtt;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>The drivers that live on the home's broker, with the devices' part played by the test. Each derived class runs it against its own kind of broker.</summary>
public abstract class MqttDriversTestBase : IAsyncLifetime
{
    private const string Plug = "zigbee2mqtt/0x00158d00018255df";

    private const string PlugList = """
        [{"ieee_address":"0x00158d00018255df","friendly_name":"kitchen/washer","definition":{"model":"ZNCZ02LM","vendor":"Xiaomi","exposes":[
          {"type":"switch","features":[{"type":"binary","name":"state","property":"state","value_on":"ON","value_off":"OFF","access":7}]},
          {"type":"numeric","name":"power","property":"power","unit":"W","access":5}]}}]
        """;

    private readonly RecordedLog _log = new();
    private readonly DeviceBook _book;
    private readonly HeldTopics _held = new();
    private IHomeBroker _broker = null!;
    private MqttLink _house = null!;
    private HomeDrivers? _drivers;

    protected MqttDriversTestBase() => _book = new DeviceBook(TimeProvider.System, _log);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = CreateBroker();
        await _broker.StartAsync();
        _house = _broker.Broker.Link("house", TimeProvider.System, NullLogger.Instance);
        await _house.SubscribeAsync("#", (message, _) => _held.Take(message), Cancellation);
        await _house.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await (_drivers?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_house?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _broker.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_Zigbee_plug_appears_is_read_and_is_switched()
    {
        await PublishAsync("zigbee2mqtt/bridge/info", """{"version":"2.6.1"}""", retain: true);
        await PublishAsync("zigbee2mqtt/bridge/devices", PlugList, retain: true);
        Start(Zigbee());
        var plug = (await UntilAsync(Plug, _ => true)).Device;
        Assert.Equal((DeviceKind.Plug, "Xiaomi ZNCZ02LM", DeviceAbilities.Measures | DeviceAbilities.Switches, "washing machine"), (plug.Kind, plug.Model, plug.Abilities, plug.Role));
        await PublishAsync("zigbee2mqtt/kitchen/washer", """{"state":"OFF","power":1.6}""");
        await UntilAsync(Plug, state => state.Reading is { Watts: 2, IsOn: false });
        Assert.Null(await _drivers!.OrderAsync(plug, new SwitchOrder(true, DateTimeOffset.MaxValue), Cancellation));
        Assert.Equal("""{"state":"ON"}""", await _held.UntilAsync("zigbee2mqtt/kitchen/washer/set", text => text.Length > 0));
    }

    [Fact]
    public async Task A_car_is_there_while_it_says_that_it_is_connected()
    {
        Start(new MqttBatteryDriver(
            _broker.Broker, "node-batteries",
            [
                new MappedBattery("car", "car", new PublishedNumber("car/soc", ""), "car/set")
                {
                    CapacityWattHours = 50_000, ChargeWatts = 7_000, DischargeWatts = 0, IsCar = true, Connected = new PublishedNumber("car/state", "plug.connected"),
                },
            ],
            TimeProvider.System, NullLogger.Instance));
        await UntilAsync("battery/car", state => state is { IsThere: true, Device: { IsCar: true, SaysConnected: true } });
        await Waiting.UntilAsync(
            () =>
            {
                _ = PublishAsync("car/state", """{"plug":{"connected":false}}""", retain: true);
                return _book.Find("battery/car") is { IsThere: false } gone ? gone : null;
            },
            () => "it is there");
        await PublishAsync("car/state", """{"plug":{"connected":"perhaps"}}""", retain: true);
        await PublishAsync("car/state", "[", retain: true);
        await PublishAsync("car/state", """{"plug":{"connected":"on"}}""", retain: true);
        await UntilAsync("battery/car", state => state.IsThere);
    }

    [Theory]
    [InlineData(null, false, "1500")]
    [InlineData("charge_power", false, """{"charge_power":1500}""")]
    [InlineData(null, true, "-1500")]
    public async Task A_battery_that_is_a_number_says_how_full_it_is_and_is_told_its_power(string? field, bool invert, string told)
    {
        Start(new MqttBatteryDriver(
            _broker.Broker, "node-batteries",
            [
                new MappedBattery("garage", "battery", new PublishedNumber("garage/state", "soc"), "garage/power/set")
                {
                    CapacityWattHours = 8_000, ChargeWatts = 2_000, DischargeWatts = 2_500, ReservePermille = 100, Power = new PublishedNumber("garage/power", ""), CommandField = field, Invert = invert,
                },
            ],
            TimeProvider.System, NullLogger.Instance));
        await UntilAsync("battery/garage", state => state.IsThere);
        await PublishAsync("garage/state", """{"soc":99}""", retain: true); // may be of yesterday
        await Waiting.UntilAsync(
            () =>
            {
                _ = PublishAsync("garage/state", """{"soc":"55.5"}""");
                _ = PublishAsync("garage/state", """{"soc":101}""");
                _ = PublishAsync("garage/power", invert ? "-700" : "700.4");
                return _book.Find("battery/garage") is { Reading: { FillPermille: 555, Watts: 700 } } state ? state : null;
            },
            () => $"it is {_book.Find("battery/garage")?.Reading}");
        var battery = _book.Find("battery/garage")!.Device;
        Assert.Equal((8_000L, 2_000L, 2_500L, 100, "battery"), (battery.CapacityWattHours, battery.ChargeWatts, battery.DischargeWatts, battery.ReservePermille, battery.Role));
        Assert.Null(await _drivers!.OrderAsync(battery, new ChargeOrder(1_500, DateTimeOffset.MaxValue), Cancellation));
        await _held.UntilAsync("garage/power/set", text => text == told);

        // No more than it can, and at rest where nobody tells it anything.
        await _drivers.OrderAsync(battery, new ChargeOrder(-9_000, DateTimeOffset.MaxValue), Cancellation);
        await _held.UntilAsync("garage/power/set", text => text.Contains(invert ? "2500" : "-2500", StringComparison.Ordinal));
        await _drivers.OrderAsync(battery, new ChargeOrder(null, DateTimeOffset.MaxValue), Cancellation);
        await _held.UntilAsync("garage/power/set", text => text is "0" or """{"charge_power":0}""");
        Assert.NotNull(await _drivers.OrderAsync(battery, new SwitchOrder(true, DateTimeOffset.MaxValue), Cancellation));
    }

    [Fact]
    public async Task A_plug_out_of_reach_is_lost_and_found_and_one_that_was_taken_out_stays_lost()
    {
        await PublishAsync("zigbee2mqtt/bridge/info", """{"version":"1.42.0"}""", retain: true);
        await PublishAsync("zigbee2mqtt/bridge/devices", PlugList, retain: true);
        Start(Zigbee());
        await UntilAsync(Plug, state => state.IsThere);
        await PublishAsync("zigbee2mqtt/kitchen/washer/availability", "offline");
        await UntilAsync(Plug, state => !state.IsThere);
        await PublishAsync("zigbee2mqtt/kitchen/washer/availability", """{"state":"online"}""");
        await UntilAsync(Plug, state => state.IsThere);
        await PublishAsync("zigbee2mqtt/bridge/devices", "[]", retain: true);
        await UntilAsync(Plug, state => state.Problem is "it was taken out of the Zigbee network");
    }

    [Fact]
    public async Task A_bridge_of_an_unknown_version_is_left_alone_and_said_once()
    {
        await PublishAsync("zigbee2mqtt/bridge/info", """{"version":"3.0.0"}""", retain: true);
        await PublishAsync("zigbee2mqtt/bridge/devices", PlugList, retain: true);
        Start(Zigbee());
        await _log.UntilAsync(line => line.Contains("\"3.0.0\" is not one that is understood", StringComparison.Ordinal));
        for (var i = 0; i < 20; i++)
        {
            await PublishAsync("zigbee2mqtt/bridge/info", """{"version":"3.0.0"}""");
            await PublishAsync("zigbee2mqtt/bridge/devices", PlugList);
        }

        Assert.Empty(_book.All());

        // Understood again, the plug appears: all that came before has been looked at.
        await PublishAsync("zigbee2mqtt/bridge/info", """{"version":"2.0.0"}""");
        await UntilAsync(Plug, _ => true);
        Assert.Single(_log.Lines, line => line.Contains("3.0.0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Meters_of_any_shape_are_read_by_topic_place_unit_and_sign()
    {
        Start(Meters());
        await PublishUntilAsync("chain2/power", "1.25", "meter/grid", state => state.Reading is { Watts: 1_250 });
        await PublishUntilAsync("chain2/totals", """{"f1":{"imported":12345.678}}""", "meter/grid", state => state.Reading is { ImportedWattHours: 12_345_678, Watts: 1_250 });
        await PublishUntilAsync("pv/live", """{"w":[0,800]}""", "meter/pv", state => state.Reading is { Watts: -800 });
        await PublishUntilAsync("p1/telegram", "/ABC5\\TEST-0001\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(261129120000W)\r\n1-0:1.8.1(001234.567*kWh)\r\n1-0:1.8.2(000765.433*kWh)\r\n1-0:2.8.1(000100.001*kWh)\r\n1-0:2.8.2(000200.002*kWh)\r\n1-0:1.7.0(00.250*kW)\r\n1-0:2.7.0(01.750*kW)\r\n0-1:24.2.1(261129115500W)(00981.443*m3)\r\n!F888\r\n", "meter/p1", state => state.Reading is { Watts: -1_500, ImportedWattHours: 2_000_000 });
    }

    [Fact]
    public async Task Nonsense_of_a_meter_is_said_once_and_stops_nobody()
    {
        Start(Meters());
        await PublishUntilAsync("chain2/power", "0.5", "meter/grid", state => state.Reading is { Watts: 500 });
        foreach (var nonsense in (string[])["NaN", "1e308", "{}", "[[[[", "\0\0", new string('9', 70_000)])
        {
            await PublishAsync("chain2/power", nonsense);
            await PublishAsync("p1/telegram", nonsense);
        }

        await PublishUntilAsync("chain2/power", "0.75", "meter/grid", state => state.Reading is { Watts: 750 });
        Assert.Single(_log.Lines, line => line.Contains("no power that can be", StringComparison.Ordinal));
        Assert.InRange(_log.Lines.Count(line => line.Contains("a telegram", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public async Task What_others_announce_to_Home_Assistant_is_a_device_of_the_home()
    {
        await PublishAsync("homeassistant/sensor/heater/power/config", """{"device_class":"power","unit_of_measurement":"W","state_topic":"esphome/heater/power","device":{"identifiers":["h1"],"name":"Heater"}}""", retain: true);
        await PublishAsync("homeassistant/switch/heater/config", """{"~":"esphome/heater","stat_t":"~/switch","cmd_t":"~/switch/set","avty_t":"~/status","dev":{"ids":["h1"]}}""", retain: true);
        await PublishAsync("homeassistant/device/store/config", """
            {"dev":{"ids":"s1","name":"Store"},"state_topic":"store","cmps":{"p":{"p":"sensor","device_class":"power","unit_of_measurement":"W","value_template":"{{ value_json.p }}"},
            "soc":{"p":"sensor","device_class":"battery","unit_of_measurement":"%","value_template":"{{ value_json.soc }}"}}}
            """, retain: true);
        await PublishAsync("homeassistant/sensor/remote/config", """{"device_class":"battery","unit_of_measurement":"%","state_topic":"remote","device":{"identifiers":["r1"]}}""", retain: true);
        await PublishAsync("homeassistant/sensor/zb/config", """{"device_class":"power","unit_of_measurement":"W","state_topic":"zigbee2mqtt/x","device":{"identifiers":["z1"]}}""", retain: true);
        Start(new DiscoveryDriver(_broker.Broker, "ve-discovered", "homeassistant", ["zigbee2mqtt", "virtualenergy"], _ => null, TimeProvider.System, _log));
        var heater = (await UntilAsync("discovered/h1", state => state.Device.Kind == DeviceKind.Plug)).Device;
        await UntilAsync("discovered/s1", state => state.Device.Kind == DeviceKind.Battery);
        await PublishUntilAsync("esphome/heater/power", "1500", "discovered/h1", state => state.Reading is { Watts: 1_500 });
        await PublishUntilAsync("store", """{"p":-400,"soc":55.5}""", "discovered/s1", state => state.Reading is { Watts: -400, FillPermille: 555 });
        Assert.Null(await _drivers!.OrderAsync(heater, new SwitchOrder(false, DateTimeOffset.MaxValue), Cancellation));
        Assert.Equal("OFF", await _held.UntilAsync("esphome/heater/switch/set", text => text == "OFF"));
        await PublishUntilAsync("esphome/heater/status", "offline", "discovered/h1", state => !state.IsThere);
        Assert.DoesNotContain(_book.All(), state => state.Device.Id is "discovered/r1" or "discovered/z1");
    }

    [Fact]
    public async Task A_driver_that_fails_does_not_stop_the_others()
    {
        _drivers = new HomeDrivers([new FailingDriver(), Meters()], _book, TimeProvider.System, _log);
        _drivers.Start();
        await PublishUntilAsync("chain2/power", "2", "meter/grid", state => state.Reading is { Watts: 2_000 });
        await _log.UntilAsync(line => line.Contains("failing: stopped and is started again: it always does", StringComparison.Ordinal));
    }

    private protected abstract IHomeBroker CreateBroker();

    private void Start(IDeviceDriver driver)
    {
        _drivers = new HomeDrivers([driver], _book, TimeProvider.System, _log);
        _drivers.Start();
    }

    private Zigbee2MqttDriver Zigbee() => new(
        _broker.Broker, "ve-zigbee", "zigbee2mqtt", id => id == Plug ? "washing machine" : null, TimeProvider.System, _log);

    private MqttMeterDriver Meters() => new(
        _broker.Broker, "ve-meters",
        [
            new MappedMeter("grid", DeviceKind.Meter)
            {
                Values = [new MeterValue("chain2/power", "", Quantity.Power, 1_000), new MeterValue("chain2/totals", "f1.imported", Quantity.Import, 1_000)],
            },
            new MappedMeter("pv", DeviceKind.Submeter) { Values = [new MeterValue("pv/live", "w.1", Quantity.Power, 1, Invert: true)] },
            new MappedMeter("p1", DeviceKind.Submeter) { TelegramTopic = "p1/telegram" },
        ],
        TimeProvider.System, _log);

    private Task PublishAsync(string topic, string payload, bool retain = false) => _house.PublishAsync(topic, Encoding.UTF8.GetBytes(payload), retain, Cancellation);

    // A message that is published before the driver listens is lost, as it is in a house; a meter says it again.
    private async Task<DeviceState> PublishUntilAsync(string topic, string payload, string id, Predicate<DeviceState> isIt)
    {
        await PublishAsync(topic, payload);
        var asked = 0;
        return await Waiting.UntilAsync(
            () =>
            {
                if (++asked % 50 == 0)
                {
                    _ = PublishAsync(topic, payload);
                }

                return _book.Find(id) is { } state && isIt(state) ? state : null;
            },
            () => $"{id}: {_book.Find(id)}");
    }

    private Task<DeviceState> UntilAsync(string id, Predicate<DeviceState> isIt) =>
        Waiting.UntilAsync(() => _book.Find(id) is { } state && isIt(state) ? state : null, () => $"{id}: {_book.Find(id)}");

    private sealed class FailingDriver : IDeviceDriver
    {
        public string Name => "failing";

        public Task RunAsync(DeviceBook book, CancellationToken cancellation) => throw new InvalidOperationException("it always does");

        public Task<string?> OrderAsync(HomeDevice device, DeviceOrder order, CancellationToken cancellation) => Task.FromResult<string?>("never");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

public sealed class MqttDriversTests : MqttDriversTestBase
{
    private protected override IHomeBroker CreateBroker() => new EmbeddedHomeBroker();
}

public sealed class MqttDriversOnMosquittoTests : MqttDriversTestBase
{
    private protected override IHomeBroker CreateBroker() => new MosquittoHomeBroker();
}
