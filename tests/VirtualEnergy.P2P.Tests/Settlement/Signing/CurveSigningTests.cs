using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Signing;

public sealed class CurveSigningTests
{
    private static readonly MarketDomain Domain = new(31337, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));
    private static readonly EthereumKey Key = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray());
    private static readonly MemberId Agent = Key.Address.ToMember();
    private static readonly MemberId Matcher = new("0x" + new string('b', 40));
    private static readonly CurveSigning Signing = new(Domain);
    private static readonly Gen<long> NotNegative = Gen.Long[0, long.MaxValue];

    [Fact]
    public void A_bid_hashes_as_its_typed_data_does() =>
        Gen.Select(NotNegative, NotNegative, NotNegative, Gen.Long.Array[0, 40]).Sample((session, number, expires, demands) =>
            Assert.Equal(
                Typed("CurveBid", "address agent,address matcher,uint64 session,uint64 number,uint64 expiresAt,int64[] demand",
                    At(Agent), At(Matcher), session, number, expires, demands.Select(demand => (object)demand).ToArray()),
                Signing.Hash(Agent, Matcher, session, number, expires, [.. demands.Select(demand => new Demand(demand))])), iter: 300);

    [Fact]
    public void Answers_hash_as_their_typed_data_do() =>
        Gen.Select(NotNegative, NotNegative, NotNegative, Gen.Long, Gen.Long).Sample((first, second, third, price, energy) =>
        {
            Assert.Equal(
                Typed("CurvePrice", "address matcher,address agent,uint64 sequence,uint64 number,int64 price", At(Matcher), At(Agent), first, second, price),
                Signing.Hash(Matcher, Agent, first, new NumberedPrice(second, price)));
            Assert.Equal(
                Typed("CurveAllocation", "address matcher,address agent,uint64 number,uint64 period,int64 price,int64 energy", At(Matcher), At(Agent), first, second, price, energy),
                Signing.Hash(Matcher, Agent, new NumberedAllocation(first, new Period(second), price, new Energy(energy))));
            Assert.Equal(
                Typed("CurveRefusal", "address matcher,address agent,uint64 number,string reason,uint64 lastNumber", At(Matcher), At(Agent), first, "stale-number", second),
                Signing.Hash(Matcher, Agent, first, CurveRefusal.StaleNumber(second)));
            Assert.Equal(
                Typed("CurveRefusal", "address matcher,address agent,uint64 number,string reason,uint64 lastNumber", At(Matcher), At(Agent), first, "full", 0L),
                Signing.Hash(Matcher, Agent, first, CurveRefusal.Full));
            Assert.Equal(
                Typed("CurveMarket", "address matcher,uint64 session,bool auctioneer,uint64 priceSteps,int64 minimum,int64 maximum,uint64 bidLifetime,uint64 periodSeconds",
                    At(Matcher), first, true, 5L, -20L, 400L, second, 900L),
                Signing.Hash(new CurveMarketTerms(Matcher, first, true, MarketBasis.Create(5, -20, 400), second, 900)));
        }, iter: 100);

    [Fact]
    public void Any_change_breaks_the_signature()
    {
        Demand[] demands = [new Demand(5), new Demand(-3)];
        var signature = CurveSigning.Sign(Signing.Hash(Agent, Matcher, 1, 2, 3, demands), Key);
        Assert.True(IsSigned(Signing, Agent, Matcher, 1, 2, 3, demands));
        Assert.False(IsSigned(Signing, Matcher, Matcher, 1, 2, 3, demands));
        Assert.False(IsSigned(Signing, Agent, Agent, 1, 2, 3, demands));
        Assert.False(IsSigned(Signing, Agent, Matcher, 2, 2, 3, demands));
        Assert.False(IsSigned(Signing, Agent, Matcher, 1, 3, 3, demands));
        Assert.False(IsSigned(Signing, Agent, Matcher, 1, 2, 4, demands));
        Assert.False(IsSigned(Signing, Agent, Matcher, 1, 2, 3, [new Demand(5)]));
        Assert.False(IsSigned(Signing, Agent, Matcher, 1, 2, 3, []));
        Assert.False(IsSigned(new CurveSigning(Domain with { ChainId = 1 }), Agent, Matcher, 1, 2, 3, demands));
        Assert.False(CurveSigning.IsSignedBy(Agent, Signing.Hash(Agent, Matcher, 1, 2, 3, demands), new byte[65]));
        Assert.False(CurveSigning.IsSignedBy(Agent, Signing.Hash(Agent, Matcher, 1, 2, 3, demands), new byte[3]));

        bool IsSigned(CurveSigning signing, MemberId agent, MemberId matcher, long session, long number, long expires, Demand[] curve) =>
            CurveSigning.IsSignedBy(agent, signing.Hash(agent, matcher, session, number, expires, curve), signature.AsSpan());
    }

    private static Address At(MemberId member) => Address.FromMember(member);

    private static Hash256 Typed(string type, string fields, params object[] values)
    {
        var structs = new Dictionary<string, ImmutableArray<Eip712Field>>
        {
            ["EIP712Domain"] = Fields("string name,string version,uint256 chainId,address verifyingContract"),
            [type] = Fields(fields),
        };
        var domain = new Dictionary<string, object>
        {
            ["name"] = "VirtualEnergy P2P", ["version"] = "1", ["chainId"] = Domain.ChainId, ["verifyingContract"] = Domain.Contract,
        };
        return new Eip712TypedData(new Eip712Types(structs), type, domain, structs[type].Zip(values).ToDictionary(pair => pair.First.Name, pair => pair.Second)).Digest;
    }

    private static ImmutableArray<Eip712Field> Fields(string list) =>
        [.. list.Split(',').Select(field => new Eip712Field(field.Split(' ')[1], field.Split(' ')[0]))];
}
