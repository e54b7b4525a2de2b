using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Efi;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Flexibility.Efi;

/// <summary>EFI's own 21 example files and its schema, ../shared/schemas.</summary>
public sealed class EfiSamplesTests
{
    [Fact]
    public void Seventeen_of_the_examples_are_according_to_the_schema()
    {
        var invalid = Samples().Where(sample => !IsValid(sample.Value)).Select(sample => sample.Key);
        Assert.Equal(["StorageStateUpdate", "StorageSystemDescription", "StorageTargetProfileUpdate", "StorageUsageForecastUpdate"], invalid.Order(StringComparer.Ordinal));
        Assert.Equal(21, Samples().Count);
    }

    [Fact]
    public void Examples_according_to_the_schema_are_read_unless_they_contradict_themselves()
    {
        var refused = new Dictionary<string, string>();
        var read = 0;
        foreach (var (name, root) in Samples().Where(sample => IsValid(sample.Value)))
        {
            try
            {
                _ = EfiXml.Read(root);
                read++;
            }
            catch (ArgumentException contradiction)
            {
                refused[name] = contradiction.Message;
            }
        }

        // Two that the schema lets through: bands of 400 to 400 around 500, and four times five seconds within none.
        Assert.Equal(15, read);
        Assert.Equal(["InflexibleForecast", "ShiftableUpdate"], refused.Keys.Order(StringComparer.Ordinal));
        Assert.StartsWith("The bands 400, 400, 500, 400, 400 do not contain each other.", refused["InflexibleForecast"], StringComparison.Ordinal);
        Assert.StartsWith("The steps take 00:00:20, longer than from", refused["ShiftableUpdate"], StringComparison.Ordinal);
    }

    [Fact]
    public void An_example_keeps_every_field()
    {
        var registration = Assert.IsType<StorageRegistration>(EfiXml.Read(Samples()["StorageRegistration"]));
        Assert.Equal(
            new StorageRegistration(
                new EfiHeader(new Identifier("storage-device-001"), new DateTimeOffset(2001, 12, 31, 12, 0, 0, TimeSpan.Zero)),
                TimeSpan.Zero,
                new DeviceDescription(DeviceClass.Heatpump, "efi:serialNumber", "efi:label"),
                Currency.EUR,
                "Temperature",
                "Degrees Celsius",
                [new StorageActuator(0, [EfiCommodity.Gas, EfiCommodity.Electricity], "Burner")]),
            registration);

        var description = Assert.IsType<AdjustableSystemDescription>(EfiXml.Read(Samples()["AdjustableSystemDescription"]));
        Assert.Equal(-500, description[1].RatesAt(new RunningModeFactor(0.5)).ElectricalPower!.Value.Value);
        Assert.Equal(new RunningModeTransition(0, 0, [0], [0], 0, TimeSpan.FromDays(1)), Assert.Single(description.Graph.Transitions));
    }

    private static Dictionary<string, XElement> Samples() => Directory.GetFiles(RepositoryFiles.Shared("schemas/s2/examples/efi-2.0-xml"), "*.xml")
        .ToDictionary(path => Path.GetFileName(path).Split('-')[0], path => XElement.Load(path));

    private static bool IsValid(XElement root)
    {
        var schemas = new XmlSchemaSet();
        using var reader = XmlReader.Create(RepositoryFiles.Shared("schemas/efi/efi-2.0.xsd"));
        schemas.Add(null, reader);
        var valid = true;
        new XDocument(root).Validate(schemas, (_, _) => valid = false);
        return valid;
    }
}
