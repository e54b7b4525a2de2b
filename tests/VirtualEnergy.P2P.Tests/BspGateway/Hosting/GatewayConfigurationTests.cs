using System.Text;
using Microsoft.Extensions.Configuration;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Telecontrol;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Hosting;

public sealed class GatewayConfigurationTests
{
    [Fact]
    public void The_smallest_configuration_is_read_with_its_defaults()
    {
        var options = Read(Whole);
        GatewayOptionsCheck.Check(options);

        Assert.Equal(("Aggregator", "http://127.0.0.1:8090", null), (options.Name, options.Url, options.OrderToken));
        Assert.Equal("127.0.0.1:2404", $"{options.Tso.Listen}");
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20), "it-msd"), (options.Cycle, options.Stale, options.Profile.Name));
        var unit = Assert.Single(options.Units);
        Assert.Equal((PowerScale.Megawatts.WattsPerUnit, true, "SARD", "UVAM"), (unit.Scale.WattsPerUnit, unit.Scale.InjectionIsPositive, unit.Zone, unit.Class));
        var customer = Assert.Single(unit.Customers);
        Assert.Equal((2405, 1, 1_000), (customer.Port, customer.CommonAddress, customer.Scale.WattsPerUnit));
        Assert.Equal(("IT001E00000001", "IT001E00000001"), (customer.Homes[0].Pod.Value, customer.Homes[0].Member.Value));
    }

    [Fact]
    public void Addresses_scale_and_sign_of_the_link_are_the_operators_to_choose()
    {
        var unit = Read(Whole.Replace("\"CommonAddress\": 1,", "\"CommonAddress\": 7, \"WattsPerUnit\": 1000, \"Positive\": \"consumption\", \"Objects\": { \"SetPoint\": 5000 },", StringComparison.Ordinal)).Units[0];

        Assert.Equal((7, 1_000, false, 5_000, 1), (unit.CommonAddress, unit.Scale.WattsPerUnit, unit.Scale.InjectionIsPositive, unit.Points.SetPoint, unit.Points.MeasuredPower));
    }

    [Theory]
    [InlineData("\"CommonAddress\": 1,", "\"CommonAddress\": 0,", "Bsp:Units:0:CommonAddress is '0'; it must be a whole number from 1 to 65534.")]
    [InlineData("\"CommonAddress\": 1,", "", "Bsp:Units:0:CommonAddress is missing; it must be a whole number from 1 to 65534.")]
    [InlineData("\"CommonAddress\": 1,", "\"CommonAddress\": 1, \"Positive\": \"up\",", "Bsp:Units:0:Positive is 'up'; it must be injection or consumption.")]
    [InlineData("\"CommonAddress\": 1,", "\"CommonAddress\": 1, \"Objects\": { \"Target\": 1 },", "Bsp:Units: UVAM-1, Objects: MeasuredPower and Target have the same address 1.")]
    [InlineData("\"Id\": \"UVAM-1\",", "", "Bsp:Units:0:Id is missing: set it in bsp.json, or as Bsp__Units__0__Id in the environment.")]
    [InlineData("\"UVAM-1\"", "\"UVAM 1\"", "Bsp:Units: 'UVAM 1' must be 1 to 32 letters, digits, hyphens and underscores.")]
    [InlineData("IT001E00000002", "IT001E00000001", "Bsp:Units:Customers:Homes: Pod IT001E00000001 is there twice.")]
    [InlineData("IT001E00000002", "IT001E0000", "Bsp:Units:0:Customers:0:Homes:1:Pod is 'IT001E0000'; it must be IT, three digits, E and eight digits.")]
    [InlineData("\"Host\": \"127.0.0.1\",", "\"Host\": \"127.0.0.1\", \"Port\": 70000,", "Bsp:Units:0:Customers:0:Port is '70000'; it must be a whole number from 1 to 65535.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"Tso\": { \"Listen\": \"nowhere\" },", "Bsp:Tso:Listen is 'nowhere'; it must be an address and port like 127.0.0.1:2404.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"CycleSeconds\": 30,", "Bsp:StaleSeconds must be more than Bsp:CycleSeconds, or every measurement is old when it arrives.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"Log\": \"loud\",", "Bsp:Log is 'loud'; it must be none, text or json.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"OfferFrom\": \"6 pm\",", "Bsp:OfferFrom is '6 pm'; it must be a time like 17:00.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"OrdersWithoutOffers\": \"maybe\",", "Bsp:OrdersWithoutOffers is 'maybe'; it must be true or false.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"Payments\": { \"Rpc\": \"http://127.0.0.1:8545\" },", "Bsp:Payments:Contract is missing: it is the community's escrow, 0x and 40 hexadecimal digits.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"Payments\": { \"Rpc\": \"node\", \"Contract\": \"0x52908400098527886e0f7030069857d2e4169ee7\" },", "Bsp:Payments:Rpc is 'node'; it must be an address like http://127.0.0.1:8545.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"Payments\": { \"Rpc\": \"http://127.0.0.1:8545\", \"ChainId\": 1, \"Contract\": \"0x52908400098527886e0f7030069857d2e4169ee7\" },", "Bsp:Payments:Wallet is missing: members are paid from it. Name a keystore (ve wallet new makes one), or a KeyFile, or set VE_KEY.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"Payments\": { \"Rpc\": \"http://127.0.0.1:8545\", \"ChainId\": 1, \"Contract\": \"0x52908400098527886e0f7030069857d2e4169ee7\", \"Key\": \"0x1\" },", "Bsp:Payments:Key is not a private key: 64 hexadecimal digits are expected.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"Payments\": { \"Rpc\": \"http://127.0.0.1:8545\", \"ChainId\": 1, \"Contract\": \"0x52908400098527886e0f7030069857d2e4169ee7\", \"Key\": \"0x4646464646464646464646464646464646464646464646464646464646464646\" },", "Bsp:Payments needs Bsp:DataFolder: what was paid must be known after a restart, or it would be paid twice.")]
    [InlineData("\"Bsp\": {", "\"Bsp\": { \"DataFolder\": \"data\", \"Payments\": { \"Rpc\": \"http://127.0.0.1:8545\", \"ChainId\": 1, \"Contract\": \"0x52908400098527886e0f7030069857d2e4169ee7\", \"Key\": \"0x4646464646464646464646464646464646464646464646464646464646464646\" },", "Bsp:Units:Customers:Homes: Member 'IT001E00000001' of IT001E00000001 must be an Ethereum address in lower case, as Bsp:Payments pays it.")]
    public void What_is_wrong_is_said_in_one_line_with_its_key(string from, string to, string message)
    {
        Assert.Contains(from, Whole, StringComparison.Ordinal);
        var refusal = Assert.Throws<GatewayStartException>(() => GatewayOptionsCheck.Check(Read(Whole.Replace(from, to, StringComparison.Ordinal))));

        Assert.Equal(message, refusal.Message);
    }

    [Fact]
    public void Without_units_there_is_nothing_to_run() =>
        Assert.Equal("Bsp:Units is empty: a gateway needs a unit.", Assert.Throws<GatewayStartException>(() => GatewayOptionsCheck.Check(Read("{ \"Bsp\": {} }"))).Message);

    [Fact]
    public void A_profile_that_is_not_there_is_named() => Assert.StartsWith(
        "Bsp:Profile is neither one of it-msd, eu-mfrr nor a file that can be read:",
        Assert.Throws<GatewayStartException>(() => Read(Whole.Replace("\"Bsp\": {", "\"Bsp\": { \"Profile\": \"no-such-market\",", StringComparison.Ordinal))).Message, StringComparison.Ordinal);

    private const string Whole = """
        { "Bsp": {
            "Units": [{
              "Id": "UVAM-1", "CommonAddress": 1, "MinimumWatts": -5000, "MaximumWatts": 5000,
              "Customers": [{ "Id": "c", "Host": "127.0.0.1", "Homes": [
                { "Pod": "IT001E00000001", "UpWatts": 3000, "DownWatts": 3000, "UpAskMicroEurPerKWh": 150000, "DownAskMicroEurPerKWh": 0 },
                { "Pod": "IT001E00000002", "UpWatts": 3000, "DownWatts": 3000, "UpAskMicroEurPerKWh": 150000, "DownAskMicroEurPerKWh": 0 }
              ] }]
            }]
        } }
        """;

    private static GatewayOptions Read(string json) =>
        GatewayConfiguration.Read(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build());
}
