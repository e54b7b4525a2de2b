using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Wallets;
using VirtualEnergy.P2P.Tests.Proof;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Hosting;

public sealed class CommunityConfigurationTests : IDisposable
{
    private const string Community = """
        { "Bsp": { "Wallet": "WALLET", "PasswordFile": "PASSWORD", "Units": [ { "Id": "UVAM-1", "CommonAddress": 1, "MinimumWatts": -4000, "MaximumWatts": 4000, "Customers": [ {
          "Id": "village",
          "Community": { "Name": "village", "Broker": "mqtt://127.0.0.1:1883", "ChainId": 31337, "Contract": "0x5fbdb2315678afecb367f032d93f642f64180aa3" },
          "Homes": [ { "Pod": "IT001E00000001", "Member": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "UpWatts": 4000, "DownWatts": 4000, "UpAskMicroEurPerKWh": 0, "DownAskMicroEurPerKWh": 0 } ] } ] } ] } }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("community-").FullName;

    public CommunityConfigurationTests()
    {
        File.WriteAllText(Path.Combine(_folder, "wallet.json"), Keystore.Write(CommunityExamples.ProviderKey, "open sesame", RandomNumberGenerator.Create(), ScryptCost.Light));
        File.WriteAllText(Path.Combine(_folder, "password"), "open sesame\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_community_is_read_with_the_providers_wallet_and_asks_for_what_the_market_wants()
    {
        var options = Read(Community);
        GatewayOptionsCheck.Check(options);
        var customer = Assert.Single(options.Units[0].Customers);
        var community = customer.Community!;

        Assert.Equal(("village", "mqtt://127.0.0.1:1883", 31337UL), (community.Name, community.Broker.ToString(), community.Domain.ChainId));
        Assert.Equal(CommunityExamples.Provider, community.Key.Address.ToMember());
        // Two hours are eight quarters of an hour, and sixteen times two hours are 32.
        Assert.Equal((8, 16, 900, 4), (community.HoldingPeriods, community.Spans, community.ConfidencePermille, community.TelemetrySeconds));
    }

    [Theory]
    [InlineData("mqtt://127.0.0.1:1883", "127.0.0.1", "Bsp:Units:0:Customers:0:Community:Broker is '127.0.0.1'; it must be mqtt://host:1883, or mqtts://host:8883 for TLS.")]
    [InlineData("\"ChainId\": 31337,", "", "Bsp:Units:0:Customers:0:Community:ChainId is missing; it must be a whole number from 1 to 9223372036854775807.")]
    [InlineData("0x5fbdb2315678afecb367f032d93f642f64180aa3", "0x5f", "Bsp:Units:0:Customers:0:Community:Contract is not an address: 0x and 40 hexadecimal digits.")]
    [InlineData("{ \"Name\": \"village\"", "{ \"Name\": \"a/b\"", "Bsp:Units:0:Customers:0:Community:Name is 'a/b'; it is a level of a topic, without / + #.")]
    [InlineData("\"ChainId\": 31337", "\"ChainId\": 31337, \"HoldingPeriods\": 4", "Bsp:Units: village: HoldingPeriods is 4; it-msd wants 8, and homes hold 12 at most.")]
    [InlineData("0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "anna", "Bsp:Units: IT001E00000001 of village: Member is 'anna'; in a community it is the member's address, 0x and 40 lower-case hexadecimal digits.")]
    [InlineData("\"Id\": \"village\"", "\"Id\": \"my/village\"", "Bsp:Units: 'my/village' names a file of a community's orders; it must be letters, digits, hyphens and underscores.")]
    [InlineData("PASSWORD", "WALLET", "Bsp:Wallet cannot be opened: The password is wrong.")]
    public void What_is_wrong_is_said_in_one_line_with_its_key(string from, string to, string message)
    {
        Assert.Contains(from, Community, StringComparison.Ordinal);
        Assert.Equal(message, Assert.Throws<GatewayStartException>(() => GatewayOptionsCheck.Check(Read(Community.Replace(from, to, StringComparison.Ordinal)))).Message);
    }

    [Theory]
    [InlineData("Bsp")]
    [InlineData("Bsp:Payments")]
    public void One_rule_finds_a_key_wherever_one_is_needed(string section)
    {
        File.WriteAllText(Path.Combine(_folder, "key"), Hex.Of(CommunityExamples.HomeKey(1).ToBytes())[2..] + "\n");
        var (wallet, password, file) = (Path.Combine(_folder, "wallet.json"), Path.Combine(_folder, "password"), Path.Combine(_folder, "key"));
        EthereumKey Key(params (string Key, string Value)[] said) => WalletKey.Read(new GatewayKeys(new ConfigurationBuilder()
            .AddInMemoryCollection(said.Select(one => KeyValuePair.Create($"{section}:{one.Key}", (string?)one.Value))).Build().GetSection(section)), "it is needed");

        // A wallet goes before a file, and a file before a key.
        Assert.Equal(CommunityExamples.ProviderKey.Address, Key(("Wallet", wallet), ("PasswordFile", password), ("KeyFile", file)).Address);
        Assert.Equal(CommunityExamples.HomeKey(1).Address, Key(("KeyFile", file), ("Key", "0x1")).Address);
        Assert.Equal(CommunityExamples.HomeKey(2).Address, Key(("Key", Hex.Of(CommunityExamples.HomeKey(2).ToBytes()))).Address);
        Assert.Equal($"{section}:KeyFile is {password}, which does not hold a private key: 64 hexadecimal digits are expected.", Assert.Throws<GatewayStartException>(() => Key(("KeyFile", password))).Message);
        Assert.Equal($"{section}:Wallet is missing: it is needed. Name a keystore (ve wallet new makes one), or a KeyFile, or set VE_KEY.", Assert.Throws<GatewayStartException>(() => Key()).Message);
    }

    [Fact]
    public void A_customer_without_a_station_or_a_community_is_told()
    {
        var neither = new CustomerOptions { Id = "c", Homes = [CommunityExamples.Home(0)] };
        Assert.Equal(
            "Bsp:Units: customer c has neither Host, of its telecontrol unit, nor Community.",
            Assert.Throws<GatewayStartException>(() => CommunityCheck.Check(neither, Read(Community).Profile)).Message);
    }

    private GatewayOptions Read(string json)
    {
        var text = json.Replace("WALLET", JsonEncodedText.Encode(Path.Combine(_folder, "wallet.json")).ToString(), StringComparison.Ordinal)
            .Replace("PASSWORD", JsonEncodedText.Encode(Path.Combine(_folder, "password")).ToString(), StringComparison.Ordinal);
        return GatewayConfiguration.Read(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text))).Build());
    }
}
