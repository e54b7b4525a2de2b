using VirtualEnergy.P2P.BspGateway.OpenAdr.Access;
using Xunit;
using static VirtualEnergy.P2P.Tests.BspGateway.OpenAdr.VtnFixture;

namespace VirtualEnergy.P2P.Tests.BspGateway.OpenAdr;

public sealed class VtnTokensTests
{
    private readonly VtnFixture _vtn = new();
    private readonly byte[] _key = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];

    [Fact]
    public void Id_and_secret_must_belong_together()
    {
        var tokens = new VtnTokens([Credential(Anna, "anna's secret"), Credential(Bruno, "bruno's secret")], _key, _vtn.Time);
        Assert.Equal(Anna, tokens.Authenticate("anna", "anna's secret"));
        Assert.Null(tokens.Authenticate("anna", "bruno's secret"));
        Assert.Null(tokens.Authenticate("carla", "anna's secret"));
    }

    [Fact]
    public void A_token_lasts_an_hour()
    {
        var tokens = new VtnTokens([Credential(Anna, "secret")], _key, _vtn.Time);
        var token = tokens.Issue(Anna);
        _vtn.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(Anna, tokens.Read(token));
        _vtn.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(tokens.Read(token));
    }

    [Fact]
    public void A_client_that_is_no_more_is_out_at_once()
    {
        var token = new VtnTokens([Credential(Anna, "secret")], _key, _vtn.Time).Issue(Anna);
        Assert.Null(new VtnTokens([Credential(Bruno, "secret")], _key, _vtn.Time).Read(token));
    }

    [Fact]
    public void No_single_changed_character_makes_another_token()
    {
        var tokens = new VtnTokens([Credential(Anna, "secret"), Credential(Bruno, "secret")], _key, _vtn.Time);
        var token = tokens.Issue(Anna);
        for (var place = 0; place < token.Length; place++)
        {
            foreach (var character in "A_.z0")
            {
                var other = token[..place] + character + token[(place + 1)..];
                // The last character of base64url has bits that say nothing; such a token is still Anna's own.
                Assert.True(other == token || tokens.Read(other) is null || (place == token.Length - 1 && tokens.Read(other) == Anna), other);
            }
        }

        Assert.All(["", ".", "a.b", token + ".x", new string('a', 5_000)], wrong => Assert.Null(tokens.Read(wrong)));
    }
}
