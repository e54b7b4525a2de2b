using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Signing;

public sealed class SuggestionSigningTests
{
    private static readonly EthereumKey Anna = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)1, 32)]);
    private static readonly EthereumKey Ben = EthereumKey.FromBytes([.. Enumerable.Repeat((byte)9, 32)]);
    private static readonly MarketDomain Domain = new(31337, Ben.Address);
    private static readonly SuggestionSigning Signing = new(Domain);
    private static readonly SuggestedStart Wash = new("lavatrice, più tardi", new Period(1_994_832), new Period(1_994_851), new Energy(1_200), new Money(214_000));
    private static readonly SuggestedStarts Told = new(Anna.Address.ToMember(), new Period(1_994_832), [Wash, Wash with { Device = "dryer", Saving = Money.Zero }]);

    /// <summary>The general EIP-712 code, which is held to ethers' cases, hashes the same.</summary>
    [Fact]
    public void They_are_hashed_as_EIP_712_says()
    {
        var json = $$$"""
            {"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
            "SuggestedStart":[{"name":"device","type":"string"},{"name":"soonest","type":"uint64"},{"name":"best","type":"uint64"},{"name":"energy","type":"uint64"},{"name":"saving","type":"uint64"}],
            "SuggestedStarts":[{"name":"member","type":"address"},{"name":"period","type":"uint64"},{"name":"starts","type":"SuggestedStart[]"}]},"primaryType":"SuggestedStarts",
            "domain":{"name":"VirtualEnergy P2P","version":"1","chainId":31337,"verifyingContract":"{{{Ben.Address}}}"},
            "message":{"member":"{{{Anna.Address}}}","period":"1994832","starts":[
            {"device":"lavatrice, più tardi","soonest":"1994832","best":"1994851","energy":"1200","saving":"214000"},
            {"device":"dryer","soonest":"1994832","best":"1994851","energy":"1200","saving":"0"}]}}
            """;
        Assert.Equal(Eip712Json.Read(json).Digest, Signing.Hash(Told));
    }

    [Fact]
    public void Only_the_members_own_signature_over_just_these_counts()
    {
        var signature = Signing.Sign(Told, Anna).ToArray();
        Assert.True(Signing.IsSignedByMember(Told, signature));
        Assert.False(Signing.IsSignedByMember(Told with { At = new Period(2) }, signature));
        Assert.False(Signing.IsSignedByMember(Told with { Starts = [Wash] }, signature));
        Assert.False(Signing.IsSignedByMember(Told with { Starts = [Wash with { Best = new Period(1_994_852) }, Told.Starts[1]] }, signature));
        Assert.False(Signing.IsSignedByMember(Told, Signing.Sign(Told, Ben).AsSpan()));
        Assert.False(new SuggestionSigning(Domain with { ChainId = 1 }).IsSignedByMember(Told, signature));
        Assert.False(Signing.IsSignedByMember(Told with { Member = new MemberId("anna") }, signature));
        Assert.False(Signing.IsSignedByMember(Told, []));
    }
}
