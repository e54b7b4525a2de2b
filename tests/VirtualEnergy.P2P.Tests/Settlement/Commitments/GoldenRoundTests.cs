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
        ["uniform"] = "0xec4fc3e99934fa7f93b123a2cc63e61be9510eaf7fa122f9cef1699829356814",
        ["pay-as-bid"] = "0x0bd82b5ab8b96313b0c565907fce0580ad2a96060a8951cef2cb584c03c9f17f",
        ["huang"] = "0x7ab7d524a7b6c73fd05b4a02cb3c8d001d08484c74be0816dbee3b8b2d936105",
        ["muda"] = "0xc20bd4827d7dd33296de73c3e7944b722869c6ac243c12b079c3198960e14841",
        ["continuous"] = "0x422fd6237003a67fd4db6c5c8bf161e05e3d9ddfc08a6e825475ef476ce55fcb",

        // The same trades as the uniform auction's: here both prices are that of the offer filled in part.
        ["curve"] = "0xec4fc3e99934fa7f93b123a2cc63e61be9510eaf7fa122f9cef1699829356814",
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
