using System.Text;
using System.Text.Json.Nodes;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers.HomeAssistant;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.HomeAssistant;

public sealed class OverrideEntitiesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("on", true, 120)]
    [InlineData("off", false, 120)]
    [InlineData("on 1", true, 1)]
    [InlineData("off 10080", false, 10_080)]
    public void A_word_holds_for_two_hours_or_as_long_as_it_says(string payload, bool on, int minutes)
    {
        Assert.True(OverrideEntities.TryRead("car", Encoding.ASCII.GetBytes(payload), Now, out var word, out _));
        Assert.Equal(new DeviceOverride("car", on, Now.AddMinutes(minutes)), word);
    }

    [Fact]
    public void Plan_takes_the_word_back() => Assert.True(OverrideEntities.TryRead("car", "plan"u8, Now, out var word, out _) && word is null);

    [Theory]
    [InlineData("")]
    [InlineData("ON")]
    [InlineData("on 0")]
    [InlineData("on 10081")]
    [InlineData("on -5")]
    [InlineData("on 5 ")]
    [InlineData("on  5")]
    [InlineData("plan 5")]
    [InlineData("on 1e3")]
    [InlineData("on 99999999999999")]
    [InlineData("òn")]
    public void Everything_else_is_refused_and_not_repeated(string payload)
    {
        Assert.False(OverrideEntities.TryRead("car", Encoding.UTF8.GetBytes(payload), Now, out _, out var refusal));
        Assert.Equal("a device is set to plan, on or off, where wished for 1 to 10080 minutes: on 90", refusal);
    }

    [Fact]
    public void Each_device_has_an_entity_and_no_more_than_can_be_overridden()
    {
        var entities = OverrideEntities.Of(["washing machine", "car", "s2/0d9f-3c", "Washing-machine"]);
        Assert.Equal(["override_car", "override_s2_0d9f_3c", "override_washing_machine"], entities.Keys);
        Assert.Equal("Washing-machine", entities["override_washing_machine"]); // the first of the two by name
        Assert.Equal(MemberControls.MostOverrides, OverrideEntities.Of(Enumerable.Range(0, 1_000).Select(i => $"device {i}")).Count);
    }

    [Fact]
    public void An_entity_is_a_selection_with_its_end_beside_it()
    {
        var topics = new NodeTopics(new MemberId("0x" + new string('a', 40)));
        var message = OverrideEntities.Configuration(topics, "Anna", "override_car", "car");
        var config = JsonNode.Parse(message.Payload.Span)!;
        Assert.Equal($"homeassistant/select/{topics.NodeId}/override_car/config", message.Topic);
        Assert.Equal(["plan", "on", "off"], config["options"]!.AsArray().Select(option => option!.GetValue<string>()));
        Assert.Equal(($"{topics.Root}/override_car/set", $"{topics.Root}/override_car"), (config["command_topic"]!.GetValue<string>(), config["state_topic"]!.GetValue<string>()));

        var (state, attributes) = OverrideEntities.Show("car", [new DeviceOverride("car", true, Now.AddHours(1))], Now);
        Assert.Equal(("on", """{"device":"car","until":"2026-11-29T13:00:00Z"}"""), (state, attributes.ToJsonString()));
        Assert.Equal("plan", OverrideEntities.Show("car", [new DeviceOverride("car", true, Now)], Now).State);
    }

    [Fact]
    public void Many_words_are_not_kept_for_ever()
    {
        var controls = new MemberControls();
        for (var i = 0; i < 1_000; i++)
        {
            controls.Override(new DeviceOverride($"device {i}", true, Now));
        }

        Assert.Equal((MemberControls.MostOverrides, "device 999"), (controls.Overrides.Length, controls.Overrides[^1].Device));
        controls.Expire(Now);
        Assert.Empty(controls.Overrides);
    }
}
