using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Zones;
using VirtualEnergy.P2P.Settlement.Ethereum;
using VirtualEnergy.P2P.Settlement.Signing;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Signing;

public sealed class SigningTests
{
    private static readonly MarketDomain Domain = new(31337, Address.Parse("0x5fbdb2315678afecb367f032d93f642f64180aa3"));
    private static readonly EthereumKey Key = EthereumKey.FromHex("0xc85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4");
    private static readonly EthereumKey Other = EthereumKey.FromBytes(Enumerable.Repeat((byte)0x46, 32).ToArray());
    private static readonly BidSigning Bids = new(Domain);
    private static readonly Bid Example = new(Key.Address.ToMember(), new Period(1_982_400), 7, [new Step(new Price(250_000), new Energy(500))], [new Step(new Price(300_000), new Energy(40))]);

    private static readonly Gen<Step> Steps =
        Gen.Select(Gen.Long, Gen.Long[0, long.MaxValue], (price, energy) => new Step(new Price(price), new Energy(energy)));

    private static readonly Gen<Bid> AnyBid = Gen.Select(
        Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue], Steps.Array[0, 32], Steps.Array[0, 32],
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]),
        (period, number, buy, sell, wish) => new Bid(Key.Address.ToMember(), new Period(period), number, [.. buy], [.. sell])
        {
            Preferences = wish.Item1 ? default : new Preferences(new Price(wish.Item3), new Price(wish.Item4), wish.Item2 ? Other.Address.ToMember() : null, new Price(wish.Item3)),
        });

    [Fact]
    public void A_bid_hashes_as_its_typed_data_does() =>
        AnyBid.Sample(bid => Assert.Equal(TypedData(bid).Digest, Bids.Hash(bid)), iter: 300);

    [Fact]
    public void A_signed_bid_is_its_members() => AnyBid.Sample(bid => Assert.True(Bids.IsSignedByMember(Bids.Sign(bid, Key))), iter: 50);

    [Fact]
    public void Any_change_breaks_the_signature()
    {
        var signed = Bids.Sign(Example, Key);
        Bid[] altered =
        [
            Example with { Member = Other.Address.ToMember() },
            Example with { Period = Example.Period.Next },
            Example with { Number = 8 },
            Example with { Buy = [new Step(new Price(250_100), new Energy(500))] },
            Example with { Buy = [new Step(new Price(250_000), new Energy(501))] },
            Example with { Buy = Example.Sell, Sell = Example.Buy },
            Example with { Buy = [.. Example.Buy, .. Example.Sell], Sell = [] },
            Example with { Buy = [], Sell = [] },
            Example with { Preferences = new Preferences(new Price(100), default) },
            Example with { Preferences = new Preferences(default, default, Address.Zero.ToMember()) },
        ];

        Assert.All(altered, bid =>
        {
            Assert.False(Bids.IsSignedByMember(signed with { Bid = bid }));
            Assert.False(Bids.IsSignedByMember(signed with { Bid = bid, Hash = Bids.Hash(bid) }));
        });
        Assert.False(Bids.IsSignedByMember(signed with { Hash = Keccak256.Hash("other") }));
        Assert.False(Bids.IsSignedByMember(signed with { Signature = Other.Sign(signed.Hash).ToImmutableBytes() }));
    }

    [Fact]
    public void A_bid_for_one_community_is_worth_nothing_in_another()
    {
        var signed = Bids.Sign(Example, Key);

        Assert.False(new BidSigning(Domain with { ChainId = 1 }).IsSignedByMember(signed));
        Assert.False(new BidSigning(Domain with { Contract = Address.Zero }).IsSignedByMember(signed));
    }

    [Fact]
    public void A_hostile_bid_is_no_signed_bid_and_no_exception()
    {
        var signed = Bids.Sign(Example, Key);
        SignedBid[] hostile =
        [
            signed with { Bid = Example with { Member = new MemberId("alice") } },
            signed with { Bid = Example with { Member = default } },
            signed with { Bid = Example with { Period = new Period(-1) } },
            signed with { Bid = Example with { Number = -1 } },
            signed with { Bid = Example with { Buy = [new Step(new Price(1), new Energy(-1))] } },
            signed with { Bid = Example with { Buy = [.. Enumerable.Repeat(Example.Buy[0], 100_000)] } },
            signed with { Bid = Example with { Sell = default } },
            signed with { Bid = Example with { Preferences = new Preferences(new Price(-1), default) } },
            signed with { Bid = Example with { Preferences = new Preferences(default, default, new MemberId("alice"), default) } },
            signed with { Signature = [] },
            signed with { Signature = default },
            signed with { Signature = [.. new byte[65]] },
        ];

        Assert.All(hostile, bid => Assert.False(Bids.IsSignedByMember(bid)));
    }

    [Fact]
    public void The_first_forged_bid_of_many_is_found()
    {
        var (signers, forged) = (new KnownSigners(), ImmutableArray.Create<byte>(1, 2, 3));
        ImmutableArray<SignedBid> bids = [.. Enumerable.Range(0, 200).Select(number => Bids.Sign(Example with { Number = number }, Key))];

        Assert.Null(Bids.FirstForged(bids, signers));
        Assert.Null(Bids.FirstForged([], signers));
        Assert.Equal(150, Bids.FirstForged(bids.SetItem(150, bids[150] with { Signature = forged }).SetItem(199, bids[0] with { Hash = default }), signers));
        Assert.Equal(0, Bids.FirstForged([.. bids.Select(bid => bid with { Signature = forged })], signers));
    }

    [Fact]
    public void Nobody_signs_for_another_member() => Assert.Throws<ArgumentException>(() => Bids.Sign(Example, Other));

    [Fact]
    public void A_receipt_signed_alone_is_its_own_root_and_the_exchanges()
    {
        var receipts = new ReceiptSigning(Domain);
        var receipt = ReceiptedBid.Of(Bids.Sign(Example, Key));
        var signed = Assert.Single(receipts.Sign([receipt], Other));

        Assert.Empty(signed.Path);
        Assert.Equal(Typed("Receipts", "bytes32 root", ReceiptSigning.LeafOf(receipt)).Digest, receipts.Digest(ReceiptSigning.LeafOf(receipt)));
        Assert.Equal(
            Typed("Receipt", "bytes32 bid,address member,uint64 period,uint64 number", receipt.Bid, Key.Address, 1_982_400L, 7L).MessageHash,
            ReceiptSigning.LeafOf(receipt));
        Assert.True(receipts.IsSignedBy(Other.Address, receipt, signed));
        Assert.False(receipts.IsSignedBy(Key.Address, receipt, signed));
        Assert.False(receipts.IsSignedBy(Other.Address, receipt with { Number = 8 }, signed));
        Assert.False(receipts.IsSignedBy(Other.Address, receipt with { Number = -8 }, signed));
        Assert.False(receipts.IsSignedBy(Other.Address, receipt, signed with { Signature = [] }));
        Assert.False(receipts.IsSignedBy(Other.Address, receipt, default));
    }

    [Fact]
    public void Receipts_signed_together_hold_each_by_its_path_and_none_by_anothers() => Gen.Int[2, 70].Sample(count =>
    {
        var receipts = new ReceiptSigning(Domain);
        var all = Enumerable.Range(0, count).Select(i => new ReceiptedBid(Keccak256.Hash($"bid {i}"), Key.Address.ToMember(), new Period(5), i)).ToArray();
        var signed = receipts.Sign(all, Other);
        for (var i = 0; i < count; i++)
        {
            Assert.True(receipts.IsSignedBy(Other.Address, all[i], signed[i]));
            Assert.False(receipts.IsSignedBy(Other.Address, all[i], signed[(i + 1) % count]));
            Assert.False(receipts.IsSignedBy(Other.Address, all[i], signed[i] with { Place = -1 }));
            Assert.False(receipts.IsSignedBy(Other.Address, all[i], signed[i] with { Path = signed[i].Path.RemoveAt(0) }));
            Assert.False(receipts.IsSignedBy(Other.Address, all[i], signed[i] with { Path = [.. Enumerable.Repeat(default(Hash256), 33)] }));
        }
    }, iter: 5);

    [Fact]
    public void A_reading_hashes_as_its_typed_data_does_and_is_its_meters()
    {
        var readings = new MeterReadingSigning(Domain);
        var reading = new MeteredEnergy(
            Key.Address.ToMember(), new Period(1_982_400), 3, new Energy(10), new Energy(20), new Energy(30), new Energy(40), new Energy(50));
        var signature = readings.Sign(reading, Key).AsSpan();

        Assert.Equal(
            Typed(
                "MeterReading",
                "address member,uint64 period,uint64 number,uint64 importWh,uint64 exportWh,uint64 productionWh,uint64 chargeWh,uint64 dischargeWh",
                Key.Address, 1_982_400L, 3L, 10L, 20L, 30L, 40L, 50L).Digest,
            readings.Hash(reading));
        Assert.True(readings.IsSignedBy(Key.Address, reading, signature));
        Assert.False(readings.IsSignedBy(Other.Address, reading, signature));
        Assert.False(readings.IsSignedBy(Key.Address, reading with { Number = 4 }, signature));
        Assert.False(readings.IsSignedBy(Key.Address, reading with { Production = new Energy(31) }, signature));
        Assert.False(readings.IsSignedBy(Key.Address, reading with { Charge = new Energy(41) }, signature));
        Assert.False(readings.IsSignedBy(Key.Address, reading with { Discharge = new Energy(51) }, signature));
        Assert.False(readings.IsSignedBy(Key.Address, reading with { Import = new Energy(-1) }, signature));
        Assert.False(readings.IsSignedBy(Key.Address, reading with { Member = new MemberId("alice") }, signature));
    }

    [Fact]
    public void A_readings_receipt_and_its_dispute_hash_as_their_typed_data_do()
    {
        var receipts = new ReadingReceiptSigning(Domain);
        var disputes = new DisputeSigning(Domain);
        var hash = Bids.Hash(Example);
        var receipt = new ReceiptedBid(hash, Key.Address.ToMember(), new Period(1_982_400), 7);
        var reading = new DisputedReading(receipt.Member, receipt.Period, 7);

        Assert.Equal(
            Typed("ReadingReceipt", "bytes32 reading,address member,uint64 period,uint64 number", hash, Key.Address, 1_982_400L, 7L).Digest, receipts.Hash(receipt));
        Assert.True(receipts.IsSignedBy(Other.Address, receipt, receipts.Sign(receipt, Other).AsSpan()));
        Assert.False(receipts.IsSignedBy(Other.Address, receipt with { Number = 8 }, receipts.Sign(receipt, Other).AsSpan()));
        Assert.Equal(
            Typed("ReadingDispute", "address member,uint64 period,uint64 number", Key.Address, 1_982_400L, 7L).Digest, disputes.Hash(reading, dismisses: false));
        Assert.Equal(
            Typed("DisputeDismissal", "address member,uint64 period,uint64 number", Key.Address, 1_982_400L, 7L).Digest, disputes.Hash(reading, dismisses: true));
        var signature = disputes.Sign(reading, dismisses: false, Key).AsSpan();
        Assert.True(disputes.IsSignedBy(Key.Address, reading, dismisses: false, signature));
        Assert.False(disputes.IsSignedBy(Key.Address, reading, dismisses: true, signature));
        Assert.False(disputes.IsSignedBy(Key.Address, reading with { Number = 8 }, dismisses: false, signature));
        Assert.False(disputes.IsSignedBy(Key.Address, reading with { Number = -1 }, dismisses: false, signature));
    }

    private static Eip712TypedData TypedData(Bid bid) => bid.Preferences.IsNone ? Typed(
        "Bid",
        "address member,uint64 period,uint64 number,Step[] buy,Step[] sell",
        Address.FromMember(bid.Member), bid.Period.Index, bid.Number, Values(bid.Buy), Values(bid.Sell))
        : Typed(
            "Bid",
            "address member,uint64 period,uint64 number,Step[] buy,Step[] sell,Preferences preferences",
            Address.FromMember(bid.Member), bid.Period.Index, bid.Number, Values(bid.Buy), Values(bid.Sell), new Dictionary<string, object>
            {
                ["greenPremium"] = bid.Preferences.GreenPremium.MicroEurPerKWh,
                ["localPremium"] = bid.Preferences.LocalPremium.MicroEurPerKWh,
                ["partner"] = bid.Preferences.Partner is { } partner ? Address.FromMember(partner) : Address.Zero,
                ["partnerPremium"] = bid.Preferences.PartnerPremium.MicroEurPerKWh,
            });

    private static object[] Values(ImmutableArray<Step> steps) =>
        [.. steps.Select(step => new Dictionary<string, object> { ["price"] = step.Price.MicroEurPerKWh, ["energy"] = step.Energy.WattHours })];

    private static Eip712TypedData Typed(string type, string fields, params object[] values)
    {
        var structs = new Dictionary<string, ImmutableArray<Eip712Field>>
        {
            ["EIP712Domain"] = Fields("string name,string version,uint256 chainId,address verifyingContract"),
            ["Step"] = Fields("int64 price,uint64 energy"),
            ["Preferences"] = Fields("uint64 greenPremium,uint64 localPremium,address partner,uint64 partnerPremium"),
            [type] = Fields(fields),
        };
        var domain = new Dictionary<string, object>
        {
            ["name"] = "VirtualEnergy P2P", ["version"] = "1", ["chainId"] = Domain.ChainId, ["verifyingContract"] = Domain.Contract,
        };
        return new Eip712TypedData(
            new Eip712Types(structs), type, domain, structs[type].Zip(values).ToDictionary(pair => pair.First.Name, pair => pair.Second));
    }

    private static ImmutableArray<Eip712Field> Fields(string list) =>
        [.. list.Split(',').Select(field => new Eip712Field(field.Split(' ')[1], field.Split(' ')[0]))];
}
