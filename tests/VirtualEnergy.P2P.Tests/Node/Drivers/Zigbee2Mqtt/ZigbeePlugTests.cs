using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.Drivers.Zigbee2Mqtt;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.Zigbee2Mqtt;

/// <summary>Lists in the shape that zigbee2mqtt.io documents for bridge/devices and exposes.</summary>
public sealed class ZigbeePlugTests
{
    public const string List = """
        [
          {"ieee_address":"0x00124b0012014400","type":"Coordinator","friendly_name":"Coordinator","definition":null},
          {"ieee_address":"0x00158d00018255df","type":"Router","friendly_name":"kitchen/washer","definition":{"model":"ZNCZ02LM","vendor":"Xiaomi","exposes":[
            {"type":"switch","features":[{"type":"binary","name":"state","property":"state","value_on":"ON","value_off":"OFF","value_toggle":"TOGGLE","access":7}]},
            {"type":"numeric","name":"power","property":"power","unit":"W","access":5},
            {"type":"numeric","name":"energy","property":"energy","unit":"kWh","access":1},
            {"type":"numeric","name":"linkquality","property":"linkquality","unit":"lqi","access":1}]}},
          {"ieee_address":"0x0000000000000002","friendly_name":"strip","definition":{"model":"STRIP","vendor":"Maker","exposes":[
            {"type":"switch","endpoint":"l1","features":[{"type":"binary","name":"state","property":"state_l1","value_on":"ON","value_off":"OFF","access":7,"endpoint":"l1"}]},
            {"type":"switch","endpoint":"l2","features":[{"type":"binary","name":"state","property":"state_l2","value_on":"ON","value_off":"OFF","access":7,"endpoint":"l2"}]},
            {"type":"numeric","name":"power","property":"power_l1","endpoint":"l1","unit":"W","access":1}]}},
          {"ieee_address":"0x0000000000000003","friendly_name":"clamp","definition":{"model":"CLAMP","vendor":"Maker","exposes":[
            {"type":"numeric","name":"power","property":"power","unit":"W","access":1}]}},
          {"ieee_address":"0x0000000000000004","friendly_name":"bulb","definition":{"model":"LED","vendor":"IKEA","exposes":[
            {"type":"light","features":[{"type":"binary","name":"state","property":"state","value_on":"ON","value_off":"OFF","access":7}]}]}},
          {"ieee_address":"0x0000000000000005","friendly_name":"bad/+/name","definition":{"exposes":[{"type":"numeric","name":"power","property":"power","access":1}]}},
          {"ieee_address":5,"friendly_name":{},"definition":[]},
          "nonsense"
        ]
        """;

    [Fact]
    public void Plugs_outlets_and_clamps_are_found_and_nothing_else()
    {
        var plugs = ZigbeePlug.ReadAll(Encoding.UTF8.GetBytes(List))!.Value;
        Assert.Equal(
            [
                new ZigbeePlug("0x00158d00018255df", "kitchen/washer", "", "Xiaomi ZNCZ02LM", "state", "ON", "OFF", "power", "energy"),
                new ZigbeePlug("0x0000000000000002", "strip", "l1", "Maker STRIP", "state_l1", "ON", "OFF", "power_l1", null),
                new ZigbeePlug("0x0000000000000002", "strip", "l2", "Maker STRIP", "state_l2", "ON", "OFF", null, null),
                new ZigbeePlug("0x0000000000000003", "clamp", "", "Maker CLAMP", null, "", "", "power", null),
            ],
            plugs);
    }

    [Theory]
    [InlineData("""{"state":"ON","power":1234.6,"energy":5.678,"linkquality":100}""", 1_235L, 5_678L, true)]
    [InlineData("""{"state":"OFF"}""", null, null, false)]
    [InlineData("""{"power":"12"}""", 12L, null, null)]
    [InlineData("""{"power":1e9,"energy":2}""", null, 2_000L, null)]
    public void A_message_says_what_it_says_of_the_plug(string message, long? watts, long? energy, bool? on)
    {
        var plug = ZigbeePlug.ReadAll(Encoding.UTF8.GetBytes(List))!.Value[0];
        Assert.Equal(new DeviceReading(default, watts, energy, IsOn: on), plug.Read(default, JsonElement.Parse(message)));
    }

    [Theory]
    [InlineData("""{"state":"MAYBE","power":null}""")]
    [InlineData("""{"linkquality":3}""")]
    [InlineData("""[1]""")]
    public void A_message_that_says_nothing_of_it_is_no_reading(string message) =>
        Assert.Null(ZigbeePlug.ReadAll(Encoding.UTF8.GetBytes(List))!.Value[0].Read(default, JsonElement.Parse(message)));

    [Fact]
    public void What_is_no_list_is_told_from_an_empty_one()
    {
        Assert.Null(ZigbeePlug.ReadAll("{}"u8.ToArray()));
        Assert.Null(ZigbeePlug.ReadAll("[["u8.ToArray()));
        Assert.Empty(ZigbeePlug.ReadAll("[]"u8.ToArray())!.Value);
    }
}
