using VirtualEnergy.P2P.Node;
using VirtualEnergy.P2P.Node.Commands;
using VirtualEnergy.P2P.Node.Configuration;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.S2;

/// <summary>Devices and managers that know no pairing: tokens by hand.</summary>
public sealed class S2TokensTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("s2-tokens-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_homes_devices_come_by_the_first_lines_of_files_beside_its_configuration()
    {
        Write("garage.token", Token + "\n# made by hand\n");
        var home = Write("home.json", """{ "broker": "mqtt://127.0.0.1:1883", "household": { "homes": 2, "name": "Home 02" }, "s2": { "tokens": { "Garage battery": "garage.token" } } }""");
        Assert.Equal([("Garage battery", Token)], HomeConfig.Read(home).S2!.Open().Tokens);
    }

    [Theory]
    [InlineData("garage", "too-short", "its first line is to be a token of 32 to 1024 characters")]
    [InlineData("garage", "0123456789abcdef 0123456789abcdef", "its first line is to be a token")]
    [InlineData("garage", "", "its first line is to be a token")]
    [InlineData("a/b", Token, "a name is 1 to 40 letters")]
    [InlineData("", Token, "a name is 1 to 40 letters")]
    [InlineData("0d9f3c54-6a86-4a0e-9d0d-3f0f5c1a7e02", Token, "and no UUID")] // that would be a paired device's
    public void A_name_or_a_token_that_cannot_be_is_refused_in_a_line(string name, string token, string why) =>
        Assert.Contains(why, Assert.Throws<UserErrorException>(() => new S2Source { Tokens = [KeyValuePair.Create(name, Write("token", token))] }.Open()).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_devices_have_not_one_token()
    {
        var file = Write("token", Token);
        var fault = Assert.Throws<UserErrorException>(() => new S2Source { Tokens = [KeyValuePair.Create("one", file), KeyValuePair.Create("two", file)] }.Open());
        Assert.Contains("a name and a token of its own", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manager_without_pairing_is_known_by_address_token_and_certificate()
    {
        var known = KnownManager.Of("wss://192.168.1.5:8443/s2", Write("token", Token), string.Join(':', Enumerable.Repeat("aB", 32)));
        Assert.Equal((new Uri("wss://192.168.1.5:8443/s2"), Token, string.Concat(Enumerable.Repeat("aB", 32))), (known.Address, known.Token, known.Trust.Sha256Fingerprint));
        Assert.Null(KnownManager.Of("ws://127.0.0.1:8001/s2", null, null).Token);
    }

    [Theory]
    [InlineData("ws://192.168.1.5:8001/s2", null, "others could read the token")]
    [InlineData("https://192.168.1.5/s2", null, "write the address of its sessions")]
    [InlineData("nowhere", null, "write the address of its sessions")]
    [InlineData("wss://192.168.1.5/s2", "abc", "64 hexadecimal digits")]
    public void A_manager_that_cannot_be_is_refused_in_a_line(string address, string? fingerprint, string why) =>
        Assert.Contains(why, Assert.Throws<UserErrorException>(() => KnownManager.Of(address, null, fingerprint)).Message, StringComparison.Ordinal);

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
