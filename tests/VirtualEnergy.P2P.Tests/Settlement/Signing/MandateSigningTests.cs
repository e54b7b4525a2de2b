using System.Globalization;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Signing;

public sealed class MandateSigningTests
{
    private static readonly EthereumKey Anna = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly EthereumKey Exchange = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)9, 32)]);
    private static readonly MarketDomain Domain = new(31337, Exchange.Address);
    private static readonly MandateSigning Signing = new(Domain);
    private static readonly Mandate Three = new(Anna.Address.ToMember(), 1_795_953_600_000, 3_000_000);

    /// <summary>The general EIP-712 code, which is held to ethers' cases, hashes the same: so does a browser's wallet.</summary>
    [Theory]
    [InlineData(3_000_000)]
    [InlineData(0)]
    [InlineData(ulong.MaxValue)]
    public void A_mandate_is_hashed_as_EIP_712_says(ulong most)
    {
        var json = string.Create(CultureInfo.InvariantCulture, $$$"""
            {"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
            "Mandate":[{"name":"member","type":"address"},{"name":"number","type":"uint64"},{"name":"mostPerDay","type":"uint64"}]},"primaryType":"Mandate",
            "domain":{"name":"VirtualEnergy P2P","version":"1","chainId":31337,"verifyingContract":"{{{Exchange.Address}}}"},
            "message":{"member":"{{{Anna.Address}}}","number":"1795953600000","mostPerDay":"{{{most}}}"}}
            """);
        Assert.Equal(Eip712Json.Read(json).Digest, Signing.Hash(Three with { MostPerDay = most }));
    }

    [Fact]
    public void Only_the_members_own_signature_over_just_this_mandate_counts()
    {
        var signature = Signing.Sign(Three, Anna).ToArray();
        Assert.True(Signing.IsSignedByMember(Three, signature));
        Assert.False(Signing.IsSignedByMember(Three with { MostPerDay = 3_000_001 }, signature));
        Assert.False(Signing.IsSignedByMember(Three with { Number = 2 }, signature));
        Assert.False(Signing.IsSignedByMember(Three, Signing.Sign(Three, Exchange).AsSpan()));
        Assert.False(new MandateSigning(Domain with { ChainId = 1 }).IsSignedByMember(Three, signature));
        Assert.False(Signing.IsSignedByMember(Three with { Member = new MemberId("anna") }, signature));
        Assert.False(Signing.IsSignedByMember(Three, []));
    }

    [Fact]
    public void A_receipt_is_the_exchanges_and_no_mandate()
    {
        var receipt = Signing.SignReceipt(Three, Exchange).ToArray();
        Assert.True(Signing.IsReceiptOf(Exchange.Address, Three, receipt));
        Assert.False(Signing.IsReceiptOf(Anna.Address, Three, receipt));
        var own = Three with { Member = Exchange.Address.ToMember() };
        Assert.False(Signing.IsSignedByMember(own, Signing.SignReceipt(own, Exchange).AsSpan())); // the types differ
    }
}
