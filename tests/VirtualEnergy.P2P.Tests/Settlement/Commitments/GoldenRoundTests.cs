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
        ["uniform"] = "0x74e8408eada48020e82dde0e521d5df60665f845435e9c99d03c047ffab753a2",
        ["pay-as-bid"] = "0x15306b1cf4b5284f0455a3df85337fa4c7a07c774e6039576b952810b3ebe6ed",
        ["huang"] = "0xcd64fffec7b441d29ae65f9a846e072e4996f5c7e81ce4f4a82478aad571df07",
        ["muda"] = "0x734a1b4c77651de7b9eac8d47c32ca45e3266bc9a32f4905bbcc18af69e41446",
        ["continuous"] = "0xe9eb2ae3111d043584a8821e8358bca4d291569dee30a0baeaa754bd8056a06d",

        // The same trades as the uniform auction's: here both prices are that of the offer filled in part.
        ["curve"] = "0x74e8408eada48020e82dde0e521d5df60665f845435e9c99d03c047ffab753a2",
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
