using System.Text;
using Microsoft.Extensions.Configuration;
using VirtualEnergy.P2P.BspGateway;
using VirtualEnergy.P2P.BspGateway.Coordination;
using VirtualEnergy.P2P.BspGateway.Hosting;
using VirtualEnergy.P2P.BspGateway.Uftp;
using Xunit;

namespace VirtualEnergy.P2P.Tests.BspGateway.Hosting;

/// <summary>Grid operators, end nodes and their scheme in bsp.json.</summary>
public sealed class PartiesConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parties").FullName;
    private readonly string _whole;

    public PartiesConfigurationTests()
    {
        File.WriteAllText(Path.Combine(_folder, "uftp.key"), Convert.ToBase64String(new byte[32]));
        var publicKey = SealedMessage.WriteKey(SealedMessage.PublicKeyOf(new byte[32]));
        _whole = $$"""
            { "Bsp": {
                "Coordination": "local",
                "Parties": { "Url": "http://127.0.0.1:9091" },
                "Vetoes": [{ "Pod": "IT001E00000001", "Direction": "up", "From": "2026-07-01T18:00:00+02:00", "Until": "2026-07-01T18:20:00+02:00", "MostWatts": 500, "Reason": "works" }],
                "OpenAdr": { "Clients": [{ "Id": "anna", "SecretSha256": "{{new string('a', 64)}}" }, { "Id": "bl", "Kind": "business", "SecretSha256": "{{new string('b', 64)}}" }], "CallbackHosts": ["127.0.0.1"] },
                "Uftp": {
                  "Domain": "agr.example.org", "KeyFile": "{{Path.Combine(_folder, "uftp.key").Replace('\\', '/')}}", "ToleranceWatts": 250,
                  "Participants": [{ "Domain": "dso.example.org", "PublicKey": "{{publicKey}}", "Endpoint": "https://dso.example.org/shapeshifter/api/v3/message" }],
                  "Points": [{ "Address": "ean.871685900012636543", "Unit": "UVAM-1", "Operator": "dso.example.org", "Meter": "E0871685900012636" }]
                },
                "Units": [{ "Id": "UVAM-1", "CommonAddress": 1, "MinimumWatts": -5000, "MaximumWatts": 5000, "Customers": [{ "Id": "c", "Host": "127.0.0.1", "Homes": [
                  { "Pod": "IT001E00000001", "UpWatts": 3000, "DownWatts": 3000, "UpAskMicroEurPerKWh": 150000, "DownAskMicroEurPerKWh": 0 } ] }] }]
            } }
            """;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Everything_is_read()
    {
        var options = Read(_whole);
        GatewayOptionsCheck.Check(options);

        var parties = options.Parties;
        Assert.Equal(("http://127.0.0.1:9091", CoordinationScheme.Local), (parties.Url, parties.Coordination.Scheme));
        Assert.Equal([("anna", false), ("bl", true)], parties.OpenAdr!.Clients.Select(client => (client.Client.ClientId, client.Client.Business)));
        Assert.Equal("/openadr3", parties.OpenAdr.Path);
        Assert.Equal(("agr.example.org", 250L, 32), (parties.Uftp!.Domain, parties.Uftp.ToleranceWatts, parties.Uftp.SigningKey.Length));
        Assert.Equal(new CongestionPointOptions("ean.871685900012636543", "UVAM-1", "dso.example.org", "E0871685900012636"), Assert.Single(parties.Uftp.Points));

        // 18:00 to 18:20 local touches two quarters of an hour.
        var veto = Assert.Single(parties.Vetoes);
        Assert.Equal((2, 500L), (veto.Until.Index - veto.From.Index, veto.Most));
        Assert.Equal(new DateTimeOffset(2026, 7, 1, 16, 0, 0, TimeSpan.Zero), options.Profile.Grid.StartOf(veto.From));
    }

    [Fact]
    public void Without_these_keys_nothing_is_served_and_the_system_operator_is_the_only_buyer()
    {
        var options = Read(_whole[.._whole.IndexOf("\"Coordination\"", StringComparison.Ordinal)] + _whole[_whole.IndexOf("\"Units\"", StringComparison.Ordinal)..]);
        GatewayOptionsCheck.Check(options);
        Assert.False(options.Parties.IsServed);
        Assert.Equal(CoordinationScheme.Centralised, options.Parties.Coordination.Scheme);
    }

    [Theory]
    [InlineData("\"local\"", "\"mine\"", "Bsp:Coordination is 'mine'; it must be A or centralised, B or local, C or shared-balancing, D or common, E or integrated.")]
    [InlineData("\"local\"", "\"A\"", "Bsp:Uftp: in the scheme A, centralised, grid operators buy nothing. Set Bsp:Coordination to one of local, shared-balancing, common, integrated, or leave Bsp:Uftp out.")]
    [InlineData("\"local\"", "\"common\"", "Bsp:Vetoes: in the scheme D, common, a grid operator has no veto; 'coordination explain' says what it has.")]
    [InlineData("http://127.0.0.1:9091", "https://127.0.0.1:9091", "Bsp:Parties:Url is https: set Bsp:Parties:Certificate and Bsp:Parties:Key to PEM files.")]
    [InlineData("\"Pod\": \"IT001E00000001\", \"Direction\"", "\"Pod\": \"IT001E00000002\", \"Direction\"", "Bsp:Vetoes: IT001E00000002 is no point of delivery of a unit.")]
    [InlineData("2026-07-01T18:20:00+02:00", "2026-07-01T17:20:00+02:00", "Bsp:Vetoes:0:Until must come after From.")]
    [InlineData("2026-07-01T18:20:00+02:00", "tomorrow", "Bsp:Vetoes:0:Until is 'tomorrow'; it must be a time with its offset like 2026-07-01T18:00:00+02:00.")]
    [InlineData("\"Id\": \"bl\"", "\"Id\": \"anna\"", "Bsp:OpenAdr:Clients has anna twice.")]
    [InlineData("\"Kind\": \"business\"", "\"Kind\": \"boss\"", "Bsp:OpenAdr:Clients:1:Kind is 'boss'; it must be ven or business.")]
    [InlineData("\"Unit\": \"UVAM-1\"", "\"Unit\": \"UVAM-2\"", "Bsp:Uftp:Points: ean.871685900012636543: there is no unit UVAM-2.")]
    [InlineData("\"Operator\": \"dso.example.org\"", "\"Operator\": \"other.example.org\"", "Bsp:Uftp:Points: ean.871685900012636543: other.example.org is not among the participants.")]
    [InlineData("\"cs1.", "\"cs2.", "Bsp:Uftp:Participants:0:PublicKey must be cs1. and an Ed25519 key in base 64, as the other side gives it.")]
    [InlineData("\"Meter\": \"E0871685900012636\"", "\"Meter\": \"871685900012636\"", "Bsp:Uftp:Points:0:Meter is '871685900012636'; it must be E and 16 digits.")]
    [InlineData("https://dso.example.org/", "dso.example.org/", "Bsp:Uftp:Participants:0:Endpoint is 'dso.example.org/shapeshifter/api/v3/message'; it must be an address like https://dso.example.org/shapeshifter/api/v3/message.")]
    public void What_is_wrong_is_said_in_one_line_with_its_key(string from, string to, string message)
    {
        Assert.Contains(from, _whole, StringComparison.Ordinal);
        Assert.Equal(message, Assert.Throws<GatewayStartException>(() => GatewayOptionsCheck.Check(Read(_whole.Replace(from, to, StringComparison.Ordinal)))).Message);
    }

    [Fact]
    public void A_key_file_that_holds_no_key_is_named_and_not_shown()
    {
        var file = Path.Combine(_folder, "uftp.key");
        File.WriteAllText(file, "secret words");
        var refusal = Assert.Throws<GatewayStartException>(() => Read(_whole));
        Assert.StartsWith("Bsp:Uftp:KeyFile names ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret words", refusal.Message, StringComparison.Ordinal);
    }

    private static GatewayOptions Read(string json) =>
        GatewayConfiguration.Read(new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build());
}
