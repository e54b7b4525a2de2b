using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Balancing;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Signing;

public sealed class FlexibilitySigningTests
{
    private static readonly MarketDomain Domain = new(31337, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));
    private static readonly EthereumKey Key = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray());
    private static readonly MemberId Home = Key.Address.ToMember();
    private static readonly MemberId Bsp = new("0x" + new string('b', 40));
    private static readonly FlexibilitySigning Signing = new(Domain);

    [Fact]
    public void Everything_hashes_as_its_typed_data_does() =>
        Gen.Select(Gen.Long[0, 1L << 40], Gen.Int[1, 12], Gen.Long, Gen.Long.Array[0, 20]).Sample((number, count, price, row) =>
        {
            Assert.Equal(
                Typed("FlexibilityTerms", "address bsp,uint64 session,uint64 holdingPeriods,uint64 spans,uint64 confidence,uint64 telemetrySeconds", At(Bsp), number, (long)count, 8L, 900L, 4L),
                Signing.Hash(new FlexibilityTerms(Bsp, number, count, 8, 900, 4)));
            Assert.Equal(
                Typed("Program", "address member,address bsp,uint64 number,uint64 period,int64[] energies", At(Home), At(Bsp), number, number + 1, row.Select(energy => (object)energy).ToArray()),
                Signing.Hash(new NetProgram(Home, Bsp, number, new Period(number + 1), [.. row.Select(energy => new Energy(energy))])));
            Assert.Equal(
                Typed("FlexibilityOrder", "address bsp,address member,uint64 number,uint64 id,uint64 kind,uint64 offer,uint64 period,uint64 periods,int64 change,int64 price",
                    At(Bsp), At(Home), number, 12L, 2L, 7L, number, (long)count, -count * 100L, price),
                Signing.Hash(new FlexibilityOrder(Bsp, Home, number, 12, FlexibilityOrderKind.Release, 7, new Period(number), count, -count * 100L, new Price(price))));
            Assert.Equal(
                Typed("FlexibilityReply", "address member,address bsp,uint64 number,uint64 id,bool accepted,uint64 shortfall,string reason", At(Home), At(Bsp), number, 5L, false, 3L, "too-much"),
                Signing.Hash(new FlexibilityReply(Home, Bsp, number, 5, false, 3, "too-much", "said to people")));
            var anchor = new Hash256(Enumerable.Repeat((byte)count, 32).ToArray());
            Assert.Equal(
                Typed("TelemetrySession", "address member,address bsp,uint64 session,bytes32 anchor,uint64 length", At(Home), At(Bsp), number, anchor, 100L),
                Signing.Hash(new TelemetrySession(Home, Bsp, number, anchor, 100)));
        }, iter: 100);

    [Fact]
    public void A_headroom_hashes_as_its_nested_typed_data_does() =>
        Gen.Select(Gen.Long[0, 1L << 40], Gen.Long.Array[0, 5], Gen.Long[1, 1_000_000].Array[0, 4]).Sample((number, row, watts) =>
        {
            var steps = watts.Select((power, i) => new FlexibilityStep(power, new Price(i * 1_000 - 2_000))).ToImmutableArray();
            var span = new FlexibilitySpan(new Period(number), 4, steps, [.. steps.Reverse()], [.. row], []);
            object Step(FlexibilityStep step) => new Dictionary<string, object> { ["watts"] = step.Watts, ["price"] = step.Price.MicroEurPerKWh };
            object Span(FlexibilitySpan one) => new Dictionary<string, object>
            {
                ["period"] = one.First.Index, ["periods"] = (long)one.Periods, ["up"] = one.Up.Select(Step).ToArray(), ["down"] = one.Down.Select(Step).ToArray(),
                ["upRebound"] = one.UpRebound.Select(energy => (object)energy).ToArray(), ["downRebound"] = one.DownRebound.Select(energy => (object)energy).ToArray(),
            };
            var expected = Typed(
                "Headroom", "address member,address bsp,uint64 number,uint64 expiresAt,HeadroomSpan[] spans",
                [("HeadroomSpan", "uint64 period,uint64 periods,HeadroomStep[] up,HeadroomStep[] down,int64[] upRebound,int64[] downRebound"), ("HeadroomStep", "uint64 watts,int64 price")],
                At(Home), At(Bsp), number, 9L, new[] { Span(span), Span(span with { Up = [] }) });
            Assert.Equal(expected, Signing.Hash(new HomeHeadroomOffer(Home, Bsp, number, 9, [span, span with { Up = [] }])));
        }, iter: 100);

    [Fact]
    public void Only_its_signer_and_only_in_this_market_signed_it()
    {
        var order = new FlexibilityOrder(Home, Bsp, 1, 2, FlexibilityOrderKind.Activate, 7, new Period(3), 4, -5, new Price(6));
        var signature = FlexibilitySigning.Sign(Signing.Hash(order), Key);
        Assert.True(FlexibilitySigning.IsSignedBy(Home, Signing.Hash(order), signature.AsSpan()));
        Assert.False(FlexibilitySigning.IsSignedBy(Bsp, Signing.Hash(order), signature.AsSpan()));
        Assert.False(FlexibilitySigning.IsSignedBy(Home, Signing.Hash(order with { ChangeWatts = 5 }), signature.AsSpan()));
        Assert.False(FlexibilitySigning.IsSignedBy(Home, new FlexibilitySigning(Domain with { ChainId = 1 }).Hash(order), signature.AsSpan()));
        Assert.False(FlexibilitySigning.IsSignedBy(Home, Signing.Hash(order), new byte[65]));
    }

    [Fact]
    public void Samples_of_a_session_are_told_from_what_others_send()
    {
        // 600 samples: three blocks of what is kept.
        var chain = new TelemetryChain(new Hash256(Enumerable.Repeat((byte)7, 32).ToArray()), 600);
        var check = new TelemetryCheck(new TelemetrySession(Home, Bsp, 1_000, chain.Anchor, 600));
        Assert.True(check.Takes(Sample(1)));
        Assert.False(check.Takes(Sample(1)));
        Assert.True(check.Takes(Sample(2)));

        // Three were lost; then somebody without the chain's secret sends, first with a key that was shown, then with one made up.
        Assert.True(check.Takes(Sample(6)));
        Assert.False(check.Takes(Sample(7) with { Key = chain.KeyOf(6) }));
        Assert.False(check.Takes(Sample(7) with { Key = default }));
        Assert.False(check.Takes(Sample(7) with { Session = 999 }));
        Assert.False(check.Takes(Sample(7) with { Member = Bsp }));
        Assert.False(check.Takes(Sample(4)));
        Assert.Equal(6, check.Sequence);
        Assert.All(Enumerable.Range(7, 594), sequence => Assert.True(check.Takes(Sample(sequence))));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.KeyOf(601));

        TelemetrySample Sample(int sequence) => new(Home, 1_000, sequence, sequence * 4_000L, 100, TelemetryQuality.Measured, chain.KeyOf(sequence));
    }

    private static Address At(MemberId member) => Address.FromMember(member);

    private static Hash256 Typed(string type, string fields, params object[] values) => Typed(type, fields, [], values);

    private static Hash256 Typed(string type, string fields, (string Type, string Fields)[] others, params object[] values)
    {
        var structs = new Dictionary<string, ImmutableArray<Eip712Field>>
        {
            ["EIP712Domain"] = Fields("string name,string version,uint256 chainId,address verifyingContract"),
            [type] = Fields(fields),
        };
        foreach (var other in others)
        {
            structs.Add(other.Type, Fields(other.Fields));
        }

        var domain = new Dictionary<string, object>
        {
            ["name"] = "VirtualEnergy P2P", ["version"] = "1", ["chainId"] = Domain.ChainId, ["verifyingContract"] = Domain.Contract,
        };
        return new Eip712TypedData(new Eip712Types(structs), type, domain, structs[type].Zip(values).ToDictionary(pair => pair.First.Name, pair => pair.Second)).Digest;
    }

    private static ImmutableArray<Eip712Field> Fields(string list) =>
        [.. list.Split(',').Select(field => new Eip712Field(field.Split(' ')[1], field.Split(' ')[0]))];
}
