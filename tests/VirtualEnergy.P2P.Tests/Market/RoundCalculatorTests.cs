using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market;

public sealed class RoundCalculatorTests
{
    private static readonly Period Period = new(1_831_492);

    private static readonly Dictionary<MemberId, ZoneId> NoZones = [];

    [Fact]
    public void A_round_by_hand()
    {
        // Anna buys 1 000 Wh at 25 ct, Bice sells 600 Wh at 10 ct, Carlo 600 Wh at 12 ct. 1 000 Wh clear; Carlo is filled
        // in part (400 of 600), so he sets the price: 12 ct. Anna pays 600 × 0.12 = 72 000 and 400 × 0.12 = 48 000 µEUR.
        var round = Clear(Buyer("anna", 1, 250_000, 1_000), Seller("bice", 2, 100_000, 600), Seller("carlo", 3, 120_000, 600));

        Assert.Equal(new Price(120_000), round.Clearing.Price);
        Assert.Equal(
            [
                new Trade(new("anna"), new("bice"), new(600), new(120_000)),
                new Trade(new("anna"), new("carlo"), new(400), new(120_000)),
            ],
            round.Trades);
        Assert.Equal(
            [new MemberDelta(new("anna"), new(-120_000)), new MemberDelta(new("bice"), new(72_000)), new MemberDelta(new("carlo"), new(48_000))],
            round.Deltas);
    }

    [Fact]
    public void The_steps_of_one_member_become_one_trade_with_a_partner()
    {
        var anna = new SignedBid(new Bid(new("anna"), Period, 1, [new(new(250_000), new(10)), new(new(240_000), new(20))], []), Books.Key(1), []);
        Assert.Equal([new Trade(new("anna"), new("bice"), new(30), new(100_000))], Clear(anna, Seller("bice", 2, 100_000, 90)).Trades);
    }

    [Fact]
    public void Two_bids_of_one_member_or_a_bid_of_another_period_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Clear(Buyer("anna", 1, 1_000, 5), Buyer("anna", 2, 1_000, 5)));
        Assert.Throws<ArgumentException>(() => RoundCalculator.Clear(Period.Next, [Buyer("anna", 1, 1_000, 5)], NoZones, MarketRules.Default));
    }

    [Fact]
    public void Money_sums_to_zero_energy_is_conserved_and_arrival_order_has_no_influence() =>
        Gen.Select(Gen.Bool, Gen.Int[-5, 40], Gen.Long[1, 3_000], Gen.Int[0, 2]).Array[0, 30].Select(Gen.Int).Sample((rows, seed) =>
        {
            var bids = rows.Select((row, i) => row.Item1 ? Buyer($"m{i:00}", i, row.Item2 * 10_000L, row.Item3) : Seller($"m{i:00}", i, row.Item2 * 10_000L, row.Item3)).ToArray();
            var zones = rows.Index().ToDictionary(row => new MemberId($"m{row.Index:00}"), row => new ZoneId($"z{row.Item.Item4}"));
            var round = RoundCalculator.Clear(Period, bids, zones, MarketRules.Default);

            Assert.Equal(0, round.Deltas.Sum(delta => delta.Delta.MicroEur));
            Assert.Equal(round.Clearing.Volume.WattHours, round.Trades.Sum(trade => trade.Energy.WattHours));
            Assert.All(round.Trades, trade => Assert.Equal(round.Clearing.Price, trade.Price));

            var shuffled = bids.ToArray();
            new Random(seed).Shuffle(shuffled);
            var again = RoundCalculator.Clear(Period, shuffled, zones, MarketRules.Default);
            Assert.Equal(round.Trades.AsEnumerable(), again.Trades.AsEnumerable());
            Assert.Equal(round.Deltas.AsEnumerable(), again.Deltas.AsEnumerable());
        }, iter: 5_000);

    [Fact]
    public void Green_is_who_the_register_calls_green_and_the_trade_says_so()
    {
        // Without the premium 15 ct meet neither 18 ct; with 6 ct for green it meets Carlo's, whom the register calls green.
        var anna = Buyer("anna", 1, 150_000, 500);
        var wishing = anna with { Bid = anna.Bid with { Preferences = new(new(60_000), default) } };
        SignedBid[] bids = [wishing, Seller("bice", 2, 180_000, 500), Seller("carlo", 3, 180_000, 500)];

        Assert.Empty(RoundCalculator.Clear(Period, bids, NoZones, MarketRules.Default).Trades);
        var trade = Assert.Single(RoundCalculator.Clear(Period, bids, NoZones, MarketRules.Default, green: new HashSet<MemberId> { new("carlo") }).Trades);
        Assert.Equal(("carlo", Quality.Green | Quality.Local), (trade.Seller.Value, trade.Quality));
        Assert.Equal(new Price(195_000), trade.Price); // Half-way between 15 + 6 and 18.
    }

    private static Round Clear(params SignedBid[] bids) => RoundCalculator.Clear(Period, bids, NoZones, MarketRules.Default);

    private static SignedBid Buyer(string member, int key, long price, long energy) =>
        new(new Bid(new(member), Period, 1, [new(new(price), new(energy))], []), Books.Key(key), []);

    private static SignedBid Seller(string member, int key, long price, long energy) =>
        new(new Bid(new(member), Period, 1, [], [new(new(price), new(energy))]), Books.Key(key), []);
}
