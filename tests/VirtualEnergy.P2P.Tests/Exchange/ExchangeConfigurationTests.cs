using Microsoft.Extensions.Configuration;
using VirtualEnergy.P2P.Exchange;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Zones;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Exchange;

public sealed class ExchangeConfigurationTests
{
    private const string Address = "0x00000000000000000000000000000000000000aa";
    private const string Key = "0x0101010101010101010101010101010101010101010101010101010101010101";

    private static readonly Dictionary<string, string?> Good = new()
    {
        ["Exchange:Community"] = "hamlet",
        ["Exchange:Rpc"] = "http://127.0.0.1:8545",
        ["Exchange:Contract"] = Address,
        ["Exchange:Key"] = Key,
        ["Exchange:Journal"] = "exchange.db",
        ["Exchange:Members:0:Id"] = Address,
        ["Exchange:Members:0:Name"] = "Anna",
        ["Exchange:Members:0:ConnectionWatts"] = "6000",
        ["Exchange:Gate:Kind"] = "lockstep",
        ["Exchange:Gate:TimeoutMilliseconds"] = "1500",
        ["Exchange:Supplier:ImportMicroEurPerKWh"] = "300000",
        ["Exchange:Supplier:ExportMicroEurPerKWh"] = "-10000",
        ["Exchange:Broker:Address"] = "mqtts://broker.example:8884",
        ["Exchange:Rounds"] = "96",
    };

    [Fact]
    public void Every_key_lands_where_it_belongs()
    {
        var options = Read(Good);
        Assert.Equal("hamlet", options.Community);
        Assert.Equal(6_000, Assert.Single(options.Members).ConnectionWatts);
        Assert.Equal(TimeSpan.FromSeconds(1.5), Assert.IsType<LockstepGateOptions>(options.Gate).Timeout);
        Assert.Equal(new SupplierPrices(new Price(300_000), new Price(-10_000)), options.Tariff!.At(new Period(1)));
        Assert.Equal("mqtts://broker.example:8884", options.Broker.External!.ToString());
        Assert.Equal(96, options.Rounds);
        Assert.Equal(MarketRules.Default, options.Rules);
    }

    [Fact]
    public void When_members_are_warned_can_be_set()
    {
        Assert.Equal(new FundsWarningRules(96, 96, 2), Read(Good).FundsWarning);
        var options = Read(new(Good) { ["Exchange:Funds:WindowPeriods"] = "48", ["Exchange:Funds:WarnBelowPeriods"] = "24", ["Exchange:Funds:WarnBelowBids"] = "3" });
        Assert.Equal(new FundsWarningRules(48, 24, 3), options.FundsWarning);
    }

    [Theory]
    [InlineData("Exchange:Community", null, "Exchange:Community is missing")]
    [InlineData("Exchange:Funds:WindowPeriods", "0", "Exchange:Funds:WindowPeriods is '0'; it must be a whole number from 1")]
    [InlineData("Exchange:Rpc", "here", "Exchange:Rpc is 'here'")]
    [InlineData("Exchange:Contract", "0x12", "Exchange:Contract is '0x12'")]
    [InlineData("Exchange:Members:0:Id", "anna", "Exchange:Members:0:Id is 'anna'")]
    [InlineData("Exchange:Members:0:ConnectionWatts", "many", "Exchange:Members:0:ConnectionWatts is 'many'")]
    [InlineData("Exchange:Gate:Kind", "open", "Exchange:Gate:Kind is 'open'")]
    [InlineData("Exchange:Rules:PeriodSeconds", "600", "Exchange:Rules:PeriodSeconds is '600'")]
    [InlineData("Exchange:Rounds", "0", "Exchange:Rounds is '0'")]
    [InlineData("Exchange:Metering:Deviations", "on", "Exchange:Metering:Deviations is 'on'")]
    [InlineData("Exchange:Members:0:Meter", "0x12", "Exchange:Members:0:Meter is '0x12'")]
    [InlineData("Exchange:Rules:ImbalanceSpreadMicroEurPerKWh", "-1", "Exchange:Rules:ImbalanceSpreadMicroEurPerKWh is '-1'")]
    [InlineData("Exchange:Broker:Port", "70000", "Exchange:Broker:Port is '70000'")]
    public void A_wrong_value_is_named_with_its_key(string key, string? value, string complaint)
    {
        var wrong = Assert.Throws<ExchangeStartException>(() => Read(new(Good) { [key] = value }));
        Assert.StartsWith(complaint, wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', wrong.Message);
    }

    [Fact]
    public void Deviations_have_a_spread_a_deadline_and_meters_keys_of_their_own()
    {
        var options = Read(new(Good)
        {
            ["Exchange:Rules:ImbalanceSpreadMicroEurPerKWh"] = "10000", ["Exchange:Members:0:Meter"] = "0x00000000000000000000000000000000000000bb",
            ["Exchange:Metering:DisputePeriods"] = "12", ["Exchange:Gate:Kind"] = "clock", ["Exchange:Gate:ReadingsDueSeconds"] = "1800",
        });

        Assert.Equal(new Price(10_000), options.Rules.ImbalanceSpread);
        Assert.Equal("0x00000000000000000000000000000000000000bb", options.Members[0].Meter?.Value);
        Assert.Equal(12, options.DisputePeriods);
        Assert.True(options.Deviations);
        Assert.Equal(TimeSpan.FromMinutes(30), Assert.IsType<ClockGateOptions>(options.Gate).ReadingsDueAfterDelivery);
        Assert.False(Read(new(Good) { ["Exchange:Metering:Deviations"] = "off" }).Deviations);
    }

    [Fact]
    public void A_network_of_zones_is_read_whole()
    {
        var options = Read(new(Good)
        {
            ["Exchange:Members:0:Green"] = "true",
            ["Exchange:Rules:Network:0:Buyer"] = "north", ["Exchange:Rules:Network:0:Seller"] = "south",
            ["Exchange:Rules:Network:0:FeeMicroEurPerKWh"] = "8000", ["Exchange:Rules:Network:0:CapacityWh"] = "2500",
            ["Exchange:Rules:Network:1:Buyer"] = "south", ["Exchange:Rules:Network:1:Seller"] = "north", ["Exchange:Rules:Network:1:FeeMicroEurPerKWh"] = "9000",
        });

        Assert.Equal(
            new ZoneNetwork([new(new("south"), new("north"), new(9_000)), new(new("north"), new("south"), new(8_000), new Energy(2_500))]), options.Rules.Network);
        Assert.True(options.Members[0].IsGreen);
    }

    [Theory]
    [InlineData("FeeMicroEurPerKWh", "-1", "Exchange:Rules:Network:0:FeeMicroEurPerKWh is '-1'")]
    [InlineData("CapacityWh", "much", "Exchange:Rules:Network:0:CapacityWh is 'much'")]
    [InlineData("Seller", null, "Exchange:Rules:Network:0:Seller is missing")]
    [InlineData("Seller", "north", "Exchange:Rules:Network: Line to buyers in \"north\"")]
    public void A_line_that_cannot_be_is_named(string key, string? value, string complaint)
    {
        var wrong = Assert.Throws<ExchangeStartException>(() => Read(new(Good)
        {
            ["Exchange:Rules:Network:0:Buyer"] = "north", ["Exchange:Rules:Network:0:Seller"] = "south", ["Exchange:Rules:Network:0:CapacityWh"] = "5",
            [$"Exchange:Rules:Network:0:{key}"] = value,
        }));
        Assert.StartsWith(complaint, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_key_is_not_repeated()
    {
        var wrong = Assert.Throws<ExchangeStartException>(() => Read(new(Good) { ["Exchange:Key"] = Key + "77" }));
        Assert.DoesNotContain("0101", wrong.Message, StringComparison.Ordinal);
    }

    private static ExchangeOptions Read(Dictionary<string, string?> values) =>
        ExchangeConfiguration.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
}
