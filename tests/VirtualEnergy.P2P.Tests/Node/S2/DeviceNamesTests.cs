using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.S2;
using VirtualEnergy.P2P.Flexibility.S2.Messages;
using VirtualEnergy.P2P.Node.S2;
using VirtualEnergy.P2P.Node.S2.Connect;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.S2;

public sealed class DeviceNamesTests : IDisposable
{
    private static readonly NodeDescription Paired = new(Guid.Parse("0d9f3c54-6a86-4a0e-9d0d-3f0f5c1a7e02"), "Acme", "battery", "B10", EnergyManagementRole.Rm);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2-names-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_device_is_called_as_its_owner_calls_it_or_itself_or_by_maker_and_model()
    {
        var details = Details(name: "Wall battery", manufacturer: "Volt", model: "X2");
        Assert.Equal("Garage", DeviceNames.Choose(Paired with { UserDefinedName = "Garage" }, details, []));
        Assert.Equal("Wall battery", DeviceNames.Choose(Paired, details, []));
        Assert.Equal("Volt X2", DeviceNames.Choose(Paired, details with { Name = null }, []));
        Assert.Equal("Acme B10", DeviceNames.Choose(Paired, Details(), []));
        Assert.Equal("device 0d9f3c54", DeviceNames.Choose(Paired with { Brand = "", ModelName = " " }, Details(), []));
    }

    [Fact]
    public void Two_alike_are_told_apart_by_the_end_of_the_serial_number_or_a_number()
    {
        var details = Details(name: "Battery", serial: "SN-00 4711");
        Assert.Equal("Battery 4711", DeviceNames.Choose(Paired, details, ["battery"]));
        Assert.Equal("Battery 2", DeviceNames.Choose(Paired, details, ["Battery", "battery_4711"]));
        Assert.Equal("Battery 3", DeviceNames.Choose(Paired, Details(name: "Battery"), ["BATTERY", "Battery-2"]));
    }

    [Theory]
    [InlineData("a/b#c+d", "a b c d")]
    [InlineData("\u001b[31m  rot \n\0", "31m rot")]
    [InlineData("Wärmepumpe № 1", "Wärmepumpe 1")]
    [InlineData("../../etc/passwd", ".. .. etc passwd")]
    public void Nothing_in_a_name_steers_a_topic_a_terminal_or_a_file(string said, string name) => Assert.Equal(name, DeviceNames.Choose(Paired, Details(name: said), []));

    [Fact]
    public void A_long_name_is_cut() => Assert.Equal(new string('x', 40), DeviceNames.Choose(Paired, Details(name: new string('x', 5_000)), []));

    [Fact]
    public void A_name_stays_the_same_over_restarts_and_new_tokens_and_whatever_the_device_says_later()
    {
        var path = Path.Combine(_folder.FullName, "paired.json");
        var nodes = PairedNodes.Open(path);
        var other = Paired with { Id = Guid.Parse("1e9f3c54-6a86-4a0e-9d0d-3f0f5c1a7e02") };
        nodes.Keep(new PairedNode(Paired.Id, Paired, "hash"));
        nodes.Keep(new PairedNode(other.Id, other, "hash"));
        Assert.Equal("Battery", NameOf(nodes, Paired.Id, "Battery"));
        Assert.Equal("Battery 2", NameOf(nodes, other.Id, "Battery"));

        nodes.Keep(new PairedNode(Paired.Id, Paired, "another hash"));
        var again = PairedNodes.Open(path);
        Assert.Equal("Battery 2", NameOf(again, other.Id, "Battery")); // in another order, and the first calls itself otherwise
        Assert.Equal("Battery", NameOf(again, Paired.Id, "Battery 2"));
        Assert.Null(NameOf(again, Guid.Empty, "Battery"));

        // Unpaired it gives its name back.
        Assert.True(again.Remove(Paired.Id));
        again.Keep(new PairedNode(Paired.Id, Paired, "hash"));
        Assert.Equal("New", NameOf(again, Paired.Id, "New"));
    }

    private static string? NameOf(PairedNodes nodes, Guid id, string said) => nodes.NameOf(id, (node, taken) => DeviceNames.Choose(node.Description, Details(name: said), taken));

    private static ResourceManagerDetails Details(string? name = null, string? manufacturer = null, string? model = null, string? serial = null) => new(
        new Identifier("m-1"), new Identifier("r-1"), ValueList.Create([new Role(RoleType.EnergyStorage, Commodity.Electricity)]), new S2Duration(0),
        ValueList.Create([ControlType.FillRateBasedControl]), false, ValueList.Create([CommodityQuantity.ElectricPowerL1]), name, manufacturer, model, serial);
}
