using System.Text;
using VirtualEnergy.P2P.Node.Drivers.Discovered;
using VirtualEnergy.P2P.Node.Drivers.Mqtt;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Drivers.Mqtt;

public sealed class PayloadValueTests
{
    [Theory]
    [InlineData("""{"ENERGY":{"Power":12.5}}""", "ENERGY.Power", 12.5)]
    [InlineData("""{"phases":[{"w":1},{"w":"2e2"}]}""", "phases.1.w", 200.0)]
    [InlineData("7", "", 7.0)]
    [InlineData("""{"a":NaN}""", "a", null)]
    [InlineData("""{"a":1e308}""", "a", null)]
    [InlineData("""{"a":"NaN"}""", "a", null)]
    [InlineData("""{"a":true}""", "a", null)]
    [InlineData("""{"a":[1]}""", "a.9", null)]
    [InlineData("""{"a":[1]}""", "a.-1", null)]
    [InlineData("""{"a":{}}""", "a.b.c", null)]
    [InlineData("""{"\ud800":1}""", "a", null)]
    [InlineData("", "a", null)]
    [InlineData("{", "a", null)]
    public void A_number_is_found_at_its_place_or_not_at_all(string json, string path, double? value)
    {
        var number = PayloadValue.Parse(Encoding.UTF8.GetBytes(json)) is { } root ? PayloadValue.Number(PayloadValue.At(root, path)) : null;
        Assert.Equal((decimal?)value, number);
    }

    [Fact]
    public void What_is_too_large_or_too_deep_is_no_JSON()
    {
        Assert.Null(PayloadValue.Parse(Encoding.ASCII.GetBytes(new string(' ', PayloadValue.MostBytes) + "1")));
        Assert.Null(PayloadValue.Parse(Encoding.ASCII.GetBytes(new string('[', 40) + new string(']', 40))));
    }

    [Theory]
    [InlineData("power", "kW", "1.2345", 1_234L)] // 1,234.5 to the even
    [InlineData("power", "W", "-3", -3L)]
    [InlineData("power", "W", "10000001", null)]
    [InlineData("import", "kWh", "12.3456", 12_345L)]
    [InlineData("import", "kWh", "-1", null)]
    [InlineData("export", "MWh", "1000001", null)]
    [InlineData("export", "Wh", "79228162514264337593543950335", null)]
    public void Numbers_become_whole_watts_and_watt_hours_or_nothing(string what, string unit, string number, long? expected)
    {
        var quantity = Enum.Parse<Quantity>(what, ignoreCase: true);
        var reading = Units.Reading(default, quantity, decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture), Units.InWatts(unit, quantity)!.Value);
        Assert.Equal(expected, reading?.Watts ?? reading?.ImportedWattHours ?? reading?.ExportedWattHours);
    }

    [Theory]
    [InlineData("{{ value }}", "5", 5.0)]
    [InlineData("{{value_json.power}}", """{"power":5}""", 5.0)]
    [InlineData("{{ value_json['ENERGY'].Power | float }}", """{"ENERGY":{"Power":5}}""", 5.0)]
    [InlineData("{{ value_json.a.b | round(1) }}", """{"a":{"b":"5"}}""", 5.0)]
    public void A_simple_template_is_a_place(string template, string payload, double value) =>
        Assert.Equal((decimal)value, ValueTemplate.Parse(template)!.Number(Encoding.UTF8.GetBytes(payload)));

    [Theory]
    [InlineData("{{ value_json.a + 1 }}")]
    [InlineData("{% if true %}1{% endif %}")]
    [InlineData("{{ states('sensor.x') }}")]
    [InlineData("{{ value_json.a | multiply(2) }}")]
    [InlineData("")]
    public void A_template_that_is_a_program_is_not_run(string template) => Assert.Null(ValueTemplate.Parse(template));
}
