using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.DevnetTests.Demo;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Configuration;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Drivers.SunSpec;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.DevnetTests.Drivers;

/// <summary>A home's configuration, a broker, an inverter and plugs, all at once: from what the node tells the house to what its devices do.</summary>
public sealed class InHouseTests : IAsyncLifetime
{
    private static readonly MemberId Anna = new("0x" + new string('a', 40));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("in-house-");
    private readonly EmbeddedHomeBroker _broker = new();
    private readonly SimulatedSunSpecDevice _inverter = new(NullLogger.Instance);
    private readonly HeldTopics _held = new();
    private readonly AtPeriodStart _time = new();
    private MqttLink _house = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _broker.StartAsync();
        _inverter.Start();
        _inverter.Set(sunWatts: 3_000, loadWatts: 800, fillPermille: 500);
        _house = ((IHomeBroker)_broker).Broker.Link("house", TimeProvider.System, NullLogger.Instance);
        await _house.SubscribeAsync("#", (message, _) => _held.Take(message), Cancellation);
        await _house.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _house.DisposeAsync();
        await _inverter.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_plan_reaches_the_battery_and_the_panel_and_the_battery_is_free_when_the_node_goes()
    {
        await using (var house = Open(""))
        {
            await house.StartAsync();
            house.Tell(Joined());
            var period = PeriodGrid.QuarterHour.At(_time.GetUtcNow());

            // 250 Wh in a quarter of an hour are 1,000 W. The driver may still be finding the device: the plan is told until it is obeyed.
            await Waiting.UntilAsync(
                () =>
                {
                    house.Tell(new PeriodRun(
                        new RoundResult(period, new Price(200_000), Energy.Zero, 1, [], default, default, default), [],
                        new Delivery(period, Energy.Zero, [new StorageAllocation("battery", period, new Energy(250))], Energy.Zero, Energy.Zero, Energy.Zero, new Energy(250), null)));
                    return _inverter.BatteryWatts == 1_000 ? "obeyed" : null;
                },
                () => $"the battery takes {_inverter.BatteryWatts} W");
            await _held.UntilAsync(new NodeTopics(Anna).State(NodeEntities.Plan), text => text == "battery charges 250 Wh");
        }

        Assert.Equal(0, _inverter.BatteryWatts);
        await _held.UntilAsync(new NodeTopics(Anna).Availability, text => text == "offline");
    }

    [Fact]
    public async Task A_plug_is_held_back_when_the_meter_shows_too_much_and_Home_Assistant_says_so()
    {
        await PublishAsync("zigbee2mqtt/bridge/info", """{"version":"2.1.0"}""");
        await PublishAsync("zigbee2mqtt/bridge/devices", """
            [{"ieee_address":"0x01","friendly_name":"boiler","definition":{"model":"P","vendor":"V","exposes":[
            {"type":"switch","features":[{"type":"binary","name":"state","property":"state","value_on":"ON","value_off":"OFF","access":7}]},{"type":"numeric","name":"power","property":"power","unit":"W","access":1}]}}]
            """);
        await using var house = Open(""", "zigbee2Mqtt": "zigbee2mqtt", "guard": { "contractWatts": 3000, "everySeconds": 1, "devices": [ { "id": "zigbee2mqtt/0x01", "watts": 1200 } ] }""");
        await house.StartAsync();
        _inverter.Set(sunWatts: 0, loadWatts: 3_500, fillPermille: 500);

        // The plug says that it runs until it is told to stop.
        await Waiting.UntilAsync(
            () =>
            {
                _ = PublishAsync("zigbee2mqtt/boiler", """{"state":"ON","power":1200}""", retain: false);
                return _held.Count("zigbee2mqtt/boiler/set") > 0 ? "told" : null;
            },
            () => "the plug was not told anything");
        Assert.Equal("""{"state":"OFF"}""", await _held.UntilAsync("zigbee2mqtt/boiler/set", _ => true));
        await _held.UntilAsync(new NodeTopics(Anna).State(NodeEntities.HeldBack), text => text == "boiler waits for room within the contract power");
    }

    [Fact]
    public async Task The_members_word_reaches_a_battery_at_once_from_Home_Assistant_and_from_ve()
    {
        await using var house = Open("");
        await house.StartAsync();
        house.Tell(Joined());
        var topics = new NodeTopics(Anna);
        Assert.Contains("\"options\":[\"plan\",\"on\",\"off\"]", await _held.UntilAsync(topics.Config("select", "override_battery"), _ => true), StringComparison.Ordinal);
        await _held.UntilAsync(topics.State("override_battery"), text => text == "plan");
        await Waiting.UntilAsync(() => house.Sense(PeriodGrid.QuarterHour.At(_time.GetUtcNow())).Batteries is [var found] ? found.Name : null, () => "no battery is there yet");

        // The simulated battery charges with 5 kW at most.
        await PublishAsync(topics.Command("override_battery"), "on 30", retain: false);
        await Waiting.UntilAsync(() => _inverter.BatteryWatts == 5_000 ? "charges" : null, () => $"the battery takes {_inverter.BatteryWatts} W");
        await _held.UntilAsync(topics.State("override_battery"), text => text == "on");
        Assert.Equal([true], house.Sense(PeriodGrid.QuarterHour.At(_time.GetUtcNow())).Fixed.Select(word => word.IsOn));
        await PublishAsync(topics.Command("override_battery"), "on 99999", retain: false);
        await PublishAsync(topics.Command("override_nothing"), "on", retain: false);

        var config = Path.Combine(_folder.FullName, "home.json");
        await using (var ve = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "override", "Battery", "off", "--for", "90m", "--config", config))
        {
            Assert.Equal(0, await ve.ExitAsync());
            Assert.StartsWith("battery is off until ", Assert.Single(ve.Output), StringComparison.Ordinal);
        }

        // The panel shows her word while the battery is told it; neither waits for the other.
        await Waiting.UntilAsync(() => _inverter.BatteryWatts == 0 ? "rests" : null, () => $"the battery takes {_inverter.BatteryWatts} W");
        await using (var ve = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "override", "--config", config, "--json"))
        {
            Assert.Equal(0, await ve.ExitAsync());
            Assert.Contains("\"device\":\"battery\",\"word\":\"off\",\"until\":\"", ve.Output[^1], StringComparison.Ordinal);
        }

        await using (var ve = DemoProcess.Ve(new Dictionary<string, string>(), "devices", "override", "battery", "plan", "--config", config))
        {
            Assert.Equal(0, await ve.ExitAsync());
            Assert.Equal("battery is the plan's", Assert.Single(ve.Output));
        }

        Assert.Empty(house.Controls.Overrides);
    }

    [Theory]
    [InlineData("car is missing here", "on", "2h", "there is battery")]
    [InlineData("battery", "maybe", "2h", "write on, off or plan")]
    [InlineData("battery", "on", "8d", "at most a week")]
    [InlineData("battery", "on", "2 hours", "write 90m, 2h or 3d")]
    public async Task What_cannot_be_overridden_is_said_in_one_line(string device, string word, string length, string named)
    {
        await using var house = Open("");
        await house.StartAsync();
        house.Tell(Joined());
        await _held.UntilAsync(new NodeTopics(Anna).State("override_battery"), text => text == "plan");
        await using var ve = DemoProcess.Ve(
            new Dictionary<string, string>(), "devices", "override", device, word, "--for", length, "--config", Path.Combine(_folder.FullName, "home.json"));
        Assert.Equal(2, await ve.ExitAsync());
        Assert.Contains(named, Assert.Single(ve.Errors), StringComparison.Ordinal);
    }

    private static MarketJoined Joined() => new(
        new MarketDescription("village", 1, Anna.Value, Anna.Value, MarketRules.Default), new HomeDescription("Anna", 6_000, PowerProfile.Constant(400)),
        SupplierTariff.Flat(new Price(280_000), new Price(90_000))) { Devices = ["battery"] };

    private InHouse Open(string devices)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "password"), IHomeBroker.Password);
        var path = Path.Combine(_folder.FullName, "home.json");
        File.WriteAllText(path, $$"""
            { "broker": "mqtt://127.0.0.1", "household": {},
              "homeBroker": { "address": "mqtt://127.0.0.1:{{_broker.Port}}", "user": "{{IHomeBroker.User}}", "passwordFile": "password", "memory": "anna.memory" },
              "devices": { "sunSpec": [ { "name": "roof", "host": "127.0.0.1", "port": {{_inverter.Port}}, "everySeconds": 1 } ]{{devices}} } }
            """);
        return InHouse.Open(HomeConfig.Read(path), Anna, "Anna", _time, NullLoggerFactory.Instance);
    }

    private Task PublishAsync(string topic, string payload, bool retain = true) => _house.PublishAsync(topic, Encoding.UTF8.GetBytes(payload), retain, Cancellation);
}
