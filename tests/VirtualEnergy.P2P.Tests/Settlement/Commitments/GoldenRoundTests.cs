using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Settlement.Commitments;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Settlement.Commitments;

/// <summary>The same bids have the same round hash on every machine, for ever, and in any order of arrival.</summary>
public sealed class GoldenRoundTests
{
    /// <summary>A change here means that nobody can check yesterday's rounds any more.</summary>
    private static readonly Dictionary<string, string> Golden = new()
    {
        ["uniform"] = "0x137e768137e17df18e780241afcc4047d797f127d3796f796bf94968831ebc41",
        ["pay-as-bid"] = "0x3abb3eec85c0ce6a1da802090b2156dfe145a4d9ba5aef7f481ebae38ca7f6f0",
        ["huang"] = "0x869d5165350ddb57220c02bf5fb5aafb73045e1cd2078f23734a771c6b294e0c",
        ["muda"] = "0x45985e55137417e3959b02fc28bbeae0e20d09580601b20834627f45c2f70dc3",
        ["continuous"] = "0x8af7c04ae3f76f3be247f255f06e2d1a817a1f8f405281ca5bf81a74bdc6272e",

        // The same trades as the uniform auction's: here both prices are that of the offer filled in part.
        ["curve"] = "0x137e768137e17df18e780241afcc4047d797f127d3796f796bf94968831ebc41",
    };

    public static TheoryData<string> Pinned => [.. Golden.Keys];

    public static TheoryData<MechanismKind> Kinds => [.. Enum.GetValues<MechanismKind>()];

    [Theory]
    [MemberData(nameof(Pinned))]
    public void A_fixed_set_of_bids_has_one_round_hash_for_ever(string mechanism)
    {
        Assert.True(Mechanisms.TryParse(mechanism, out var kind));
        var hash = RoundCommitment.Of(GoldenRound.Clear(kind, GoldenRound.Bids)).RoundHash.ToString();
        Assert.True(Golden[mechanism] == hash, $"{mechanism} gave {hash}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_round_hash_is_the_same_in_any_order_of_arrival(MechanismKind kind)
    {
        var hash = RoundCommitment.Of(GoldenRound.Clear(kind, GoldenRound.Bids));
        for (var seed = 0; seed < 20; seed++)
        {
            var shuffled = GoldenRound.Bids.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(hash, RoundCommitment.Of(GoldenRound.Clear(kind, shuffled)));
        }
    }

    [Fact]
    public void The_fixed_set_is_worth_hashing()
    {
        // Admissible bids, a shared margin with a remainder, pairs inside and across zones.
        Assert.All(GoldenRound.Bids, signed =>
        {
            Assert.Equal(signed.Bid.Buy.Select(step => step.Price).OrderDescending(), signed.Bid.Buy.Select(step => step.Price));
            Assert.Equal(signed.Bid.Sell.Select(step => step.Price).Order(), signed.Bid.Sell.Select(step => step.Price));
            Assert.True(signed.Bid.Buy.IsEmpty || signed.Bid.Sell.IsEmpty || signed.Bid.Buy[0].Price < signed.Bid.Sell[0].Price);
        });
        var round = GoldenRound.Clear(MechanismKind.Uniform, GoldenRound.Bids);
        var shared = round.Clearing.Fills.Count(fill => fill.Energy < fill.Order.Energy);
        Assert.True(shared >= 3, $"{shared} steps share the margin");
        Assert.True(round.Trades.Length > 20);
        Assert.Contains(round.Trades, trade => GoldenRound.Zones[trade.Buyer] == GoldenRound.Zones[trade.Seller]);
        Assert.Contains(round.Trades, trade => GoldenRound.Zones[trade.Buyer] != GoldenRound.Zones[trade.Seller]);
    }
}
