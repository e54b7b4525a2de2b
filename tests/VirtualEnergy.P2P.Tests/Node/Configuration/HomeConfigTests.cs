using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Configuration;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Configuration;

public sealed class HomeConfigTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ve-config-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Paths_are_relative_to_the_file_and_comments_are_allowed()
    {
        var config = Read("""
            {
              // at home
              "broker": "mqtts://energy.example:8883", "wallet": "anna.json", "passwordFile": "/run/secrets/anna", "meterWallet": "meter.json",
              "household": { "data": "my-home", "name": "anna", },
            }
            """);
        Assert.Equal(Path.Combine(_folder.FullName, "anna.json"), config.Wallet);
        Assert.Equal("/run/secrets/anna", config.PasswordFile);
        Assert.Equal(Path.Combine(_folder.FullName, "meter.json"), config.MeterWallet);
        Assert.Equal(Path.Combine(_folder.FullName, "my-home"), config.Household.Data);
        Assert.True(config.BrokerAddress() is { Host: "energy.example", Port: 8883, UseTls: true });
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(""","tellsPlan":false""", false)]
    public void A_plan_is_told_unless_the_member_says_no(string word, bool tells)
    {
        var config = Read($$"""{"broker":"mqtt://x","household":{}{{word}}}""");
        Assert.Equal(tells, config.TellsPlan);

        // What she said is still there when the file is written and read again.
        var path = Path.Combine(_folder.FullName, "again.json");
        config.Write(path);
        Assert.Equal(tells, HomeConfig.Read(path).TellsPlan);
    }

    [Fact]
    public void Preferences_are_premiums_and_a_partner()
    {
        var config = Read("""
            {"broker":"mqtt://x","household":{},"preferences":{"greenMicroEurPerKWh":10000,"localMicroEurPerKWh":5000,
            "partner":"0x00000000000000000000000000000000000000aa","partnerMicroEurPerKWh":20000}}
            """);

        Assert.Equal(
            new Preferences(new Price(10_000), new Price(5_000), new MemberId("0x00000000000000000000000000000000000000aa"), new Price(20_000)),
            config.Preferences!.Open());
    }

    [Theory]
    [InlineData("""{"greenMicroEurPerKWh":-1}""", "greenMicroEurPerKWh is -1")]
    [InlineData("""{"partner":"anna"}""", "\"anna\"")]
    [InlineData("""{"partnerMicroEurPerKWh":100}""", "needs a partner")]
    public void A_preference_that_cannot_be_is_named(string preferences, string part) => Assert.Contains(
        part,
        Assert.Throws<UserErrorException>(() => Read($$"""{"broker":"mqtt://x","household":{},"preferences":{{preferences}}}""").Preferences!.Open()).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Auditing_takes_a_chain_a_contract_and_an_exchange()
    {
        var watch = Read("""
            {"broker":"mqtt://x","household":{},"rpc":"http://127.0.0.1:8545","contract":"0x00000000000000000000000000000000000000aa",
            "exchange":"http://x:8080","receipts":"anna.receipts"}
            """).Watch()!;
        Assert.Equal((8545, "x", Path.Combine(_folder.FullName, "anna.receipts")), (watch.Rpc.Port, watch.Exchange.Host, watch.Receipts));
        Assert.False(watch.Challenges);
        Assert.Null(Read("""{"broker":"mqtt://x","household":{}}""").Watch());
    }

    [Theory]
    [InlineData("\"exchange\":\"http://x\"", "rpc, contract and exchange, all three")]
    [InlineData("\"rpc\":\"x\",\"contract\":\"0x00000000000000000000000000000000000000aa\",\"exchange\":\"http://x\"", "rpc x: write http")]
    [InlineData("\"rpc\":\"http://x\",\"contract\":\"anna\",\"exchange\":\"http://x\"", "contract anna: an address")]
    public void Auditing_that_cannot_be_is_named(string watch, string part) => Assert.Contains(
        part, Assert.Throws<UserErrorException>(() => Read($$"""{"broker":"mqtt://x","household":{},{{watch}}}""").Watch()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("{\n\"broker\": 5,\n\"household\": {}}", "line 2")]
    [InlineData("""{"household":{}}""", "broker")]
    [InlineData("""{"broker":"mqtt://x","household":{},"walet":"x"}""", "walet")]
    public void A_mistake_is_reported_with_the_file_and_its_place(string text, string part)
    {
        var error = Assert.Throws<UserErrorException>(() => Read(text));
        Assert.Contains("home.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_an_odd_broker_and_an_unknown_home_are_reported()
    {
        Assert.Contains("cannot be read", Assert.Throws<UserErrorException>(() => HomeConfig.Read(Path.Combine(_folder.FullName, "none.json"))).Message, StringComparison.Ordinal);
        Assert.Contains("mqtt://host:1883", Assert.Throws<UserErrorException>(() => Read("""{"broker":"energy","household":{}}""").BrokerAddress()).Message, StringComparison.Ordinal);

        var source = new HouseholdSource { Homes = 2, Name = "nobody" };
        Assert.Contains("has no home \"nobody\"", Assert.Throws<UserErrorException>(() => source.Choose(source.Open())).Message, StringComparison.Ordinal);
        Assert.Contains("no such folder", Assert.Throws<UserErrorException>(() => new HouseholdSource { Data = "/nowhere" }.Open()).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var config = new HomeConfig
        {
            Broker = "mqtt://127.0.0.1:1883",
            Community = "sardinia",
            Household = new HouseholdSource { Homes = 3, Seed = ulong.MaxValue, Name = "Home 02", FirstDay = new DateOnly(2026, 6, 21) },
            Supplier = new SupplierSource { ImportMicroEurPerKWh = 1, ExportMicroEurPerKWh = 2 },
        };
        var path = Path.Combine(_folder.FullName, "home.json");
        config.Write(path);
        Assert.Equal(config, HomeConfig.Read(path));
    }

    [Fact]
    public void A_flat_contract_has_the_same_prices_in_every_period()
    {
        var source = new HouseholdSource { Homes = 1 };
        var tariff = new SupplierSource { ImportMicroEurPerKWh = 300_000, ExportMicroEurPerKWh = 100_000 }.Open(source.Open());
        Assert.Equal(new SupplierPrices(new Price(300_000), new Price(100_000)), tariff.At(new Period(123)));
    }

    private HomeConfig Read(string text)
    {
        var path = Path.Combine(_folder.FullName, "home.json");
        File.WriteAllText(path, text);
        return HomeConfig.Read(path);
    }
}
