using System.Text;
using System.Text.Json;
using VirtualEnergy.P2P.Node.Drivers.Discovered;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.Discovered;

/// <summary>Configurations by Home Assistant's page on MQTT discovery: long names, abbreviations, base topics.</summary>
public sealed class AnnouncedEntityTests
{
    [Fact]
    public void Long_names_are_read()
    {
        var entity = Read("sensor", """
            {"device_class":"power","unit_of_measurement":"kW","state_topic":"boiler/state","value_template":"{{ value_json.p }}","availability":[{"topic":"boiler/lwt"}],
            "device":{"identifiers":["b1"],"name":"Boiler","manufacturer":"M","model":"X"}}
            """)!;
        Assert.Equal(("b1", "Boiler", "M X", EntityRole.Power, "boiler/state", 1_000m, "boiler/lwt"), (entity.Device, entity.DeviceName, entity.Model, entity.Role, entity.StateTopic, entity.PerUnit, entity.Availability.Single().Topic));
    }

    [Fact]
    public void Abbreviations_and_the_base_topic_are_read()
    {
        var entity = Read("switch", """{"~":"tasmota/1","stat_t":"~/stat","cmd_t":"~/cmnd","avty_t":"~/lwt","pl_on":"1","pl_off":"0","dev":{"ids":"t1","name":"Plug"}}""")!;
        Assert.Equal(("t1", "tasmota/1/stat", "tasmota/1/cmnd", "tasmota/1/lwt", "1", "0"), (entity.Device, entity.StateTopic, entity.CommandTopic, entity.Availability.Single().Topic, entity.On, entity.Off));
    }

    [Fact]
    public void A_bridge_and_a_device_say_in_JSON_whether_they_are_there()
    {
        // As Zigbee2MQTT 2 announces a plug: double quotes in its templates, two topics, both of which have to say yes.
        var entity = Read("switch", """
            {"state_topic":"zigbee2mqtt/lamp","command_topic":"zigbee2mqtt/lamp/set","payload_on":"ON","payload_off":"OFF","value_template":"{{ value_json[\"state\"] }}","availability_mode":"all",
            "availability":[{"topic":"zigbee2mqtt/bridge/state","value_template":"{{ value_json.state }}"},{"topic":"zigbee2mqtt/lamp/availability","value_template":"{{ value_json.state }}"}],
            "device":{"identifiers":["zigbee2mqtt_0x01"],"name":"lamp"}}
            """)!;
        Assert.Equal((AvailabilityMode.All, 2), (entity.AvailabilityMode, entity.Availability.Length));
        Assert.Equal([true, false, null], new[] { """{"state":"online"}""", """{"state":"offline"}""", "online" }.Select(text => entity.Availability[1].Says(Encoding.UTF8.GetBytes(text))));
        Assert.Equal("ON", entity.Value.Text("""{"state":"ON"}"""u8.ToArray()));
    }

    [Fact]
    public void Words_of_its_own_are_read()
    {
        var entity = Read("switch", """
            {"stat_t":"s","pl_on":"1","pl_off":"0","stat_on":"True","stat_off":"False","val_tpl":"{{ value_json.output | is_defined }}","avty_t":"a","pl_avail":"Connected","pl_not_avail":"Gone","dev":{"ids":["a"]}}
            """)!;
        Assert.Equal(("1", "0", "True", "False"), (entity.On, entity.Off, entity.StateOn, entity.StateOff));
        Assert.Equal("True", entity.Value.Text("""{"output":true}"""u8.ToArray()));
        Assert.Equal((true, false), (entity.Availability.Single().Says("Connected"u8.ToArray()), entity.Availability.Single().Says("Gone"u8.ToArray())));
    }

    [Theory]
    [InlineData("sensor", """{"device_class":"temperature","state_topic":"t","device":{"identifiers":["a"]}}""")]
    [InlineData("light", """{"state_topic":"t","device":{"identifiers":["a"]}}""")]
    [InlineData("sensor", "{}")]
    public void What_is_not_about_energy_is_nobodys_business(string component, string config) => Assert.Null(Problem(component, config));

    [Theory]
    [InlineData("""{"device_class":"power","unit_of_measurement":"hp","state_topic":"t","device":{"identifiers":["a"]}}""", "unit \"hp\"")]
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":"t","value_template":"{{ 1 + 1 }}","device":{"identifiers":["a"]}}""", "template")]
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":"t"}""", "without a device")]
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":"a/#","device":{"identifiers":["a"]}}""", "without a device or a topic")]
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":"t","device":{"identifiers":[[]]}}""", "without a device")]
    public void What_is_about_energy_and_cannot_be_read_is_left_out_with_a_reason(string config, string named) => Assert.Contains(named, Problem("sensor", config), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":"t","schema":"v2","platform":"sensor","options":[[{}]],"device":{"identifiers":["a"],"connections":[["mac","x"]],"name":null}}""")] // fields of a later version
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":"t","device":{"identifiers":"a","name":{"text":"a"}}}""")] // a field of another kind
    public void A_payload_of_another_version_is_read_as_far_as_it_is_understood(string config)
    {
        var entity = Read("sensor", config)!;
        Assert.Equal(("a", "a", EntityRole.Power, "t"), (entity.Device, entity.DeviceName, entity.Role, entity.StateTopic));
    }

    [Theory]
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":{"name":"t"},"device":{"identifiers":["a"]}}""")]
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":["t"],"device":["a"]}""")]
    [InlineData("""{"device_class":"power","unit_of_measurement":"W","state_topic":"t","device":"a"}""")]
    [InlineData("""{"device_class":"power","unit_of_measurement":["W"],"state_topic":"t","device":{"identifiers":["a"]}}""")]
    public void A_payload_of_another_version_that_is_not_understood_is_left_out_with_a_reason(string config) => Assert.NotNull(Problem("sensor", config));

    private static AnnouncedEntity? Read(string component, string config) =>
        AnnouncedEntity.TryRead(component, JsonElement.Parse(config), out var entity, out _) ? entity : null;

    private static string? Problem(string component, string config)
    {
        Assert.False(AnnouncedEntity.TryRead(component, JsonElement.Parse(config), out _, out var problem));
        return problem;
    }
}
