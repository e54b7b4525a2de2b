using VirtualEnergy.P2P.Settlement.Ethereum;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Ethereum;

public sealed class Eip712Tests
{
    // EIP-712, "Example", as its eth_signTypedData request; hashes from the EIP's Example.js and Example.sol.
    private const string Mail = """
        {
          "types": {
            "EIP712Domain": [
              { "name": "name", "type": "string" }, { "name": "version", "type": "string" },
              { "name": "chainId", "type": "uint256" }, { "name": "verifyingContract", "type": "address" }
            ],
            "Person": [ { "name": "name", "type": "string" }, { "name": "wallet", "type": "address" } ],
            "Mail": [ { "name": "from", "type": "Person" }, { "name": "to", "type": "Person" }, { "name": "contents", "type": "string" } ]
          },
          "primaryType": "Mail",
          "domain": {
            "name": "Ether Mail", "version": "1", "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"
          },
          "message": {
            "from": { "name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826" },
            "to": { "name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB" },
            "contents": "Hello, Bob!"
          }
        }
        """;

    [Fact]
    public void Ether_mail_has_the_hashes_of_the_eip()
    {
        var data = Eip712Json.Read(Mail);

        Assert.Equal("Mail(Person from,Person to,string contents)Person(string name,address wallet)", data.Types.EncodeType("Mail"));
        Assert.Equal("0xa0cedeb2dc280ba39b857546d74f5549c3a1d7bdc2dd96bf881f76108e23dac2", data.Types.HashOf("Mail").ToString());
        Assert.Equal("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e", data.MessageHash.ToString());
        Assert.Equal("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f", data.DomainSeparator.ToString());
        Assert.Equal("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2", data.Digest.ToString());
    }

    [Fact]
    public void A_domain_that_the_types_do_not_describe_is_described_by_its_members()
    {
        var types = Mail.Replace("\"EIP712Domain\"", "\"Unused\"", StringComparison.Ordinal);

        Assert.Equal(Eip712Json.Read(Mail).Digest, Eip712Json.Read(types).Digest);
    }

    [Theory]
    [InlineData("\"contents\": \"Hello, Bob!\"", "\"contents\": 5")]
    [InlineData("\"contents\": \"Hello, Bob!\"", "\"content\": \"Hello, Bob!\"")]
    [InlineData("\"contents\": \"Hello, Bob!\"", "\"contents\": \"a\", \"contents\": \"b\"")]
    [InlineData(", \"wallet\": \"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826\"", "")]
    [InlineData("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "0xcD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")]
    [InlineData("\"chainId\": 1,", "\"chainId\": -1,")]
    [InlineData("\"type\": \"Person\"", "\"type\": \"Nobody\"")]
    [InlineData("\"primaryType\": \"Mail\"", "\"primaryType\": \"Post\"")]
    [InlineData("\"primaryType\": \"Mail\"", "\"primaryType\": 7")]
    [InlineData("{ \"name\": \"Bob\"", "[ \"Bob\"")]
    public void Data_that_does_not_fit_its_types_is_refused(string right, string wrong) =>
        Assert.Throws<FormatException>(() => Eip712Json.Read(Mail.Replace(right, wrong, StringComparison.Ordinal)).Digest);
}
