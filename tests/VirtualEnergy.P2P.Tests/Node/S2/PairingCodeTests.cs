using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using VirtualEnergy.P2P.Node.S2.Connect;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.S2;

public sealed partial class PairingCodeTests
{
    [Fact]
    public void A_code_is_Base64_of_nine_bytes_of_chance_and_another_each_time()
    {
        using var random = RandomNumberGenerator.Create();
        var codes = Enumerable.Range(0, 100).Select(_ => PairingToken.New(random)).ToList();
        Assert.All(codes, code =>
        {
            Assert.Equal(9, code.Bytes.Length);
            Assert.Matches(Specified(), code.Text);
            Assert.True(PairingCode.TryParse(code.Text, out var read));
            Assert.Null(read.Alias);
            Assert.True(read.Token.Bytes.SequenceEqual(code.Bytes));
        });
        Assert.Equal(100, codes.Select(code => code.Text).Distinct().Count());
    }

    [Fact]
    public void A_code_stands_for_its_bytes()
    {
        // RFC 4648: AAEC is 0 1 2, AwQF 3 4 5, BgcI 6 7 8.
        Assert.True(PairingCode.TryParse(" A0-AAECAwQFBgcI ", out var code));
        Assert.Equal("A0", code.Alias);
        Assert.Equal(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, code.Token.Bytes.ToArray());
        Assert.Equal("AAECAwQFBgcI", code.Token.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAECAwQFBgc=")] // eight bytes
    [InlineData("AAECAwQFBgcI=")]
    [InlineData("AAECAwQF BgcI")]
    [InlineData("AAECAwQFBgc_")]
    [InlineData("-AAECAwQFBgcI")]
    [InlineData("A 0-AAECAwQFBgcI")]
    [InlineData("A0-B1-AAECAwQFBgcI")]
    public void What_is_no_code_is_not_taken_for_one(string text) => Assert.False(PairingCode.TryParse(text, out _));

    [Fact]
    public void Codes_are_no_longer_than_anybody_would_type() => Assert.False(PairingToken.TryParse(new string('A', 132), out _));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("192.0.2.200", true)] // on the network of 192.0.2.177/25, and the addresses before it are not
    [InlineData("192.0.2.127", false)]
    [InlineData("::ffff:192.0.2.200", true)]
    [InlineData("2001:db8::ff", true)]
    [InlineData("2001:db9::1", false)]
    public void Who_is_on_another_network_is_not_in_the_home(string address, bool isHere) => Assert.Equal(
        isHere, HomeNetwork.Holds(IPAddress.Parse(address), () => [HomeNetwork.NetworkOf(IPAddress.Parse("192.0.2.177"), 25), HomeNetwork.NetworkOf(IPAddress.Parse("2001:db8::7"), 32)]));

    [Fact]
    public void This_machine_is_in_its_home_and_nobody_is_not()
    {
        Assert.True(HomeNetwork.Holds(IPAddress.Loopback));
        Assert.False(HomeNetwork.Holds(null));
        Assert.True(HomeNetwork.IsLocal(IPAddress.Parse("192.168.77.1")));
        Assert.True(HomeNetwork.IsLocal(IPAddress.Parse("fd12::1")));
        Assert.False(HomeNetwork.IsLocal(IPAddress.Parse("2001:db8:1::1")));
    }

    // As S2 Connect gives it for pairing tokens.
    [GeneratedRegex(@"^(?:[A-Za-z0-9+\/]{4}){2,}(?:[A-Za-z0-9+\/]{4}|[A-Za-z0-9+\/]{3}=|[A-Za-z0-9+\/]{2}={2})$")]
    private static partial Regex Specified();
}
