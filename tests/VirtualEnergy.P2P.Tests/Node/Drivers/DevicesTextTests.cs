using VirtualEnergy.P2P.Node.Commands;
using VirtualEnergy.P2P.Node.Drivers;
using VirtualEnergy.P2P.Node.S2;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers;

public sealed class DevicesTextTests
{
    private static readonly HomeDevice Washer = new(
        "zigbee2mqtt/0x00158d00018255df", "lavatrice", "zigbee2mqtt", DeviceKind.Plug, "Tuya TS011F", DeviceAbilities.Measures | DeviceAbilities.Switches) { Role = "washing machine" };

    [Fact]
    public void An_id_stands_first_and_in_one_piece_with_what_the_device_says_and_may()
    {
        Assert.Equal(
            [
                "zigbee2mqtt/0x00158d00018255df  lavatrice", "    plug, Tuya TS011F, plays washing machine", "    2000 W, 44.0 kWh taken, on, estimated",
                "    may measure, switch; by default as its switch stands",
            ],
            DevicesText.Lines([new DeviceState(Washer, new DeviceReading(default, 2_000, 44_000, IsOn: true, IsEstimated: true), null)], [], false));
    }

    [Fact]
    public void What_is_lost_says_why_and_a_device_that_speaks_S2_whether_a_node_runs()
    {
        Assert.Contains("    lost: its radio is out of reach", DevicesText.Lines([new DeviceState(Washer, null, "its radio is out of reach")], [], false));
        Assert.Equal(
            ["s2/Garage", "    speaks S2, ACME B5", "    no node runs", "    by default its own control"], DevicesText.Lines([], [new S2Shown("Garage", "ACME B5", "1")], false));
        Assert.Equal(
            ["s2/Garage", "    speaks S2, ACME B5", "    -1500 W, 50 % full", "    fill rate based; by default its own control"],
            DevicesText.Lines([], [new S2Shown("Garage", "ACME B5", "1", "fill rate based", -1_500, 500)], true));
    }
}
