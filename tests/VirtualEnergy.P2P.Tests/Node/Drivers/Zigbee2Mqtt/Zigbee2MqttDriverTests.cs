using System.Text;
using Microsoft.Extensions.Time.Testing;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Zigbee2Mqtt;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.Zigbee2Mqtt;

/// <summary>What the driver makes of what a home's broker sends. That keeps things and sends them in any order, and Zigbee2MQTT publishes its list again whenever a device joins.</summary>
public sealed class Zigbee2MqttDriverTests : IAsyncDisposable
{
    private const string Plug = "zigbee2mqtt/0x00158d00018255df";

    private const string PlugList = """
        [{"ieee_address":"0x00158d00018255df","friendly_name":"kitchen/washer","definition":{"model":"ZNCZ02LM","vendor":"Xiaomi","exposes":[
          {"type":"switch","features":[{"type":"binary","name":"state","property":"state","value_on":"ON","value_off":"OFF","access":7}]},
          {"type":"numeric","name":"power","property":"power","unit":"W","access":5}]}}]
        """;

    private readonly KeptLog _log = new();
    private readonly DeviceBook _book;
    private readonly Zigbee2MqttDriver _driver;

    public Zigbee2MqttDriverTests()
    {
        var time = new FakeTimeProvider();
        _book = new DeviceBook(time, _log);
        _driver = new Zigbee2MqttDriver(new HomeBroker(BrokerAddress.Local(1883)), "ve-zigbee", "zigbee2mqtt", _ => null, time, _log);
    }

    public ValueTask DisposeAsync() => _driver.DisposeAsync();

    [Fact]
    public async Task A_plug_whose_absence_was_said_before_the_list_came_is_lost()
    {
        await HearAsync("kitchen/washer/availability", """{"state":"offline"}""");
        await HearAsync("bridge/devices", PlugList);
        await HearAsync("bridge/info", """{"version":"2.6.1"}""");
        Assert.Equal("its radio is out of reach", _book.Find(Plug)?.Problem);
        await HearAsync("kitchen/washer/availability", """{"state":"online"}""");
        Assert.True(_book.Find(Plug)?.IsThere);
    }

    [Fact]
    public async Task A_plug_that_is_away_stays_so_when_the_list_comes_again_and_when_the_bridge_is_back()
    {
        await HearAsync("bridge/info", """{"version":"2.6.1"}""");
        await HearAsync("bridge/devices", PlugList);
        await HearAsync("kitchen/washer/availability", "offline");
        await HearAsync("bridge/devices", PlugList);
        Assert.False(_book.Find(Plug)?.IsThere);
        await HearAsync("bridge/state", """{"state":"offline"}""");
        await HearAsync("bridge/state", """{"state":"online"}""");
        Assert.Equal("its radio is out of reach", _book.Find(Plug)?.Problem);
        Assert.Equal(0, _log.Count($"{Plug} is back"));
    }

    [Theory]
    [InlineData("""{"state":"ON","power":1e308}""", "power")]
    [InlineData("""{"state":"MAYBE","power":12}""", "state")]
    public async Task A_value_that_cannot_be_is_said_once_and_what_else_the_message_says_is_taken(string message, string property)
    {
        await HearAsync("bridge/info", """{"version":"2.6.1"}""");
        await HearAsync("bridge/devices", PlugList);
        for (var time = 0; time < 100; time++)
        {
            await HearAsync("kitchen/washer", message);
            await HearAsync("kitchen/washer", """{"state":"ON","power":null}"""); // not known is no nonsense
        }

        Assert.Equal($"{Plug}: no {property} that can be. Said once.", Assert.Single(_log.Warnings));
        Assert.True(_book.Find(Plug)?.Reading is { IsOn: true });
    }

    private Task HearAsync(string topic, string payload) => _driver.Take(_book, new MqttMessage($"zigbee2mqtt/{topic}", Encoding.UTF8.GetBytes(payload)));
}
