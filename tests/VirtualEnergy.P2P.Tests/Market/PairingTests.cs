using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

public sealed class PairingTests
{
    [Fact]
    public void The_same_zone_comes_first()
    {
        var pairs = Pairing.Match(
            [Claim("anna", "north", 5), Claim("bice", "south", 5)],
            [Claim("carlo", "south", 5), Claim("dino", "north", 5)]);
        Assert.Equal([new Pair(0, 1, new Energy(5)), new Pair(1, 0, new Energy(5))], pairs);
    }

    [Fact]
    public void What_a_zone_cannot_pair_goes_across_in_canonical_order()
    {
        // South keeps 3 of its 5; anna (north) takes the 2 that are left.
        var pairs = Pairing.Match(
            [Claim("anna", "north", 2), Claim("bice", "south", 3)],
            [Claim("carlo", "south", 5)]);
        Assert.Equal([new Pair(1, 0, new Energy(3)), new Pair(0, 0, new Energy(2))], pairs);
    }

    [Fact]
    public void Unequal_totals_are_refused() =>
        Assert.Throws<ArgumentException>(() => Pairing.Match([Claim("anna", "", 2)], [Claim("bice", "", 3)]));

    [Fact]
    public void A_member_who_would_have_to_trade_with_herself_is_refused() =>
        Assert.Throws<ArgumentException>(() => Pairing.Match([Claim("anna", "", 3), Claim("bice", "", 1)], [Claim("anna", "", 3), Claim("carlo", "", 1)]));

    [Fact]
    public void Self_trades_are_avoided_even_when_the_first_choice_would_end_in_one()
    {
        // First come, first served would pair bice with carlo and leave anna with anna.
        var pairs = Pairing.Match([Claim("bice", "", 5), Claim("anna", "", 5)], [Claim("carlo", "", 5), Claim("anna", "", 5)]);
        Assert.Equal([new Pair(0, 1, new Energy(5)), new Pair(1, 0, new Energy(5))], pairs);
    }

    [Fact]
    public void Every_claim_is_paired_whole_never_with_itself_and_with_few_pairs() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 2], Gen.Long[1, 50]).Array[1, 12].SelectMany(buyers =>
            Gen.Select(Gen.Int[10, 19], Gen.Int[0, 2]).Array[1, 12].Select(sellers => (buyers, sellers)))
        .Sample(sample =>
        {
            var buyers = sample.buyers.Select((b, i) => Claim($"b{i}", $"zone {b.Item2}", b.Item3)).ToList();
            var total = buyers.Sum(buyer => buyer.Energy.WattHours);
            var share = total / sample.sellers.Length;
            var sellers = sample.sellers.Select((s, i) => Claim($"s{i}", $"zone {s.Item2}", i == 0 ? total - share * (sample.sellers.Length - 1) : share))
                .Where(seller => seller.Energy > Energy.Zero).ToList();

            var pairs = Pairing.Match(buyers, sellers);

            Assert.All(buyers.Index(), buyer => Assert.Equal(buyer.Item.Energy.WattHours, pairs.Where(pair => pair.Buyer == buyer.Index).Sum(pair => pair.Energy.WattHours)));
            Assert.All(sellers.Index(), seller => Assert.Equal(seller.Item.Energy.WattHours, pairs.Where(pair => pair.Seller == seller.Index).Sum(pair => pair.Energy.WattHours)));
            Assert.All(pairs.GroupBy(pair => (buyers[pair.Buyer].Zone, sellers[pair.Seller].Zone)), zones =>
                Assert.True(zones.Count() <= buyers.Count(b => b.Zone == zones.Key.Item1) + sellers.Count(s => s.Zone == zones.Key.Item2) - 1));
        });

    private static Claim Claim(string member, string zone, long energy) => new(new MemberId(member), new ZoneId(zone), new Energy(energy));
}
