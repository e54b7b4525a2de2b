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
    [InlineData("power:power:W energy:energy:kWh", "l1 l2", "l1/state_l1//, l2/state_l2//, //power/energy")] // one meter for all outlets
    [InlineData("power:power:W", "up", "up/state_up/power/")] // one outlet that has a name
    [InlineData("power:power_3:W:3 energy:energy_3:kWh:3", "1 2", "1/state_1//, 2/state_2//, 3//power_3/energy_3")] // the meter is an endpoint of its own
    [InlineData("power_a:power_a:W power_b:power_b:W power_ab:power_ab:W power_factor_a:power_factor_a:% energy_a:energy_a:kWh", "", "a//power_a/energy_a, b//power_b/")] // a meter of two channels
    [InlineData("power_X:power_X:W power_Y:power_Y:W power_Z:power_Z:W energy:energy:kWh", "", "X//power_X/, Y//power_Y/, Z//power_Z/")] // three phases
    [InlineData("power:power:W power_phase_b:power_phase_b:W", "", "//power/")] // its parts are in the whole
    [InlineData("power_rating:power_rating:W power_outage_count:power_outage_count: power_apparent:power_apparent:VA", "", "")] // no power that flows
    public void Meters_go_with_their_outlets_and_what_is_left_is_metered_alone(string numbers, string switches, string plugs)
    {
        // As a bridge publishes them: name, property, unit and endpoint of each.
        var exposes = switches.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(at =>
                $$$"""{"type":"switch","endpoint":"{{{at}}}","features":[{"type":"binary","name":"state","property":"state_{{{at}}}","value_on":"ON","value_off":"OFF","access":7,"endpoint":"{{{at}}}"}]}""")
            .Concat(numbers.Split(' ').Select(text => text.Split(':')).Select(one =>
                $$"""{"type":"numeric","name":"{{one[0]}}","property":"{{one[1]}}","unit":"{{one[2]}}","access":1{{(one.Length > 3 ? $",\"endpoint\":\"{one[3]}\"" : "")}}}"""));
        var list = $$$"""[{"ieee_address":"0x01","friendly_name":"it","definition":{"model":"M","vendor":"V","exposes":[{{{string.Join(',', exposes)}}}]}}]""";
        Assert.Equal(plugs, string.Join(", ", ZigbeePlug.ReadAll(Encoding.UTF8.GetBytes(list))!.Value.Select(plug => $"{plug.Endpoint}/{plug.State}/{plug.Power}/{plug.Energy}")));
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
