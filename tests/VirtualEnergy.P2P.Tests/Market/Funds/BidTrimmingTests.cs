using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Funds;
using VirtualEnergy.P2P.Market.Zones;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Funds;

public sealed class BidTrimmingTests
{
    private static readonly Gen<ImmutableArray<Step>> Ladder = Gen.Select(Gen.Long[-5_000, 5_000], Gen.Long[1, 20_000], (price, energy) => new Step(new Price(price * 100), new Energy(energy)))
        .Array[0, 8].Select(steps => steps.DistinctBy(step => step.Price).OrderBy(step => step.Price).ToImmutableArray());

    private static readonly Gen<Bid> Bids = Gen.Select(Ladder, Ladder, Gen.Long[0, 300], (buy, sell, premium) =>
    {
        var bought = buy.Reverse().ToImmutableArray();
        var sold = sell.Where(step => bought.IsEmpty || step.Price.MicroEurPerKWh > bought[0].Price.MicroEurPerKWh + premium * 100).ToImmutableArray();
        return new Bid(new MemberId("anna"), new Period(1), 1, bought, sold) { Preferences = new Preferences(new Price(premium * 100), default).For(bought, sold) };
    });

    [Fact]
    public void The_dearest_steps_are_kept_whole_and_then_one_in_part()
    {
        // 1,000 Wh at 300,000 are 300,000 µEUR; of 100,000 left, 200,000 a kWh buy 500 Wh; the third step gets nothing.
        var bid = Buy((300_000, 1_000), (200_000, 1_000), (100_000, 1_000));
        Assert.Equal(Buy((300_000, 1_000), (200_000, 500)), BidTrimming.Within(bid, new Money(400_000)));
        Assert.Equal(Buy((300_000, 1_000)), BidTrimming.Within(bid, new Money(300_000)));
        Assert.Equal(Buy(), BidTrimming.Within(bid, new Money(-5)));
        Assert.Same(bid, BidTrimming.Within(bid, new Money(600_000)));
    }

    [Fact]
    public void A_premium_is_counted_as_if_it_were_paid()
    {
        var bid = Buy((200_000, 1_000)) with { Preferences = new Preferences(new Price(50_000), default) };
        Assert.Equal(new Energy(400), BidTrimming.Within(bid, new Money(100_000)).Buy[0].Energy); // 100,000 / 250,000 kWh
    }

    [Fact]
    public void What_is_sold_at_a_price_stays_and_what_is_sold_below_zero_is_cut_from_the_dearest()
    {
        var bid = new Bid(new MemberId("anna"), new Period(1), 1, [], [Step(-300_000, 1_000), Step(-100_000, 1_000), Step(50_000, 2_000)]);
        Assert.Equal([Step(-300_000, 500), Step(-100_000, 1_000), Step(50_000, 2_000)], BidTrimming.Within(bid, new Money(250_000)).Sell);
        Assert.Equal([Step(50_000, 2_000)], BidTrimming.Within(bid, Money.Zero).Sell);
    }

    [Fact]
    public void A_trimmed_bid_costs_at_most_the_limit_offers_nothing_new_and_leaves_out_no_Wh_that_fits() =>
        Gen.Select(Bids, Gen.Long[-10, 20_000_000]).Sample((bid, limit) =>
        {
            var trimmed = BidTrimming.Within(bid, new Money(limit));
            Assert.True(trimmed.WorstCasePayment <= new Money(Math.Max(0, limit)));
            Assert.True(Within(trimmed.Buy, bid.Buy) && Within(trimmed.Sell, bid.Sell));
            Assert.Equal(trimmed, BidTrimming.Within(trimmed, new Money(limit)));

            // One Wh more of the step that was cut costs too much.
            var cut = bid.Buy.FirstOrDefault(step => trimmed.Buy.FirstOrDefault(kept => kept.Price == step.Price).Energy < step.Energy);
            if (cut != default && trimmed.Preferences == bid.Preferences)
            {
                var more = bid with { Buy = [.. bid.Buy.Where(step => step.Price > cut.Price), cut with { Energy = trimmed.Buy.FirstOrDefault(kept => kept.Price == cut.Price).Energy + new Energy(1) }], Sell = [] };
                Assert.True(more.WorstCasePayment > new Money(limit));
            }
        });

    private static bool Within(ImmutableArray<Step> part, ImmutableArray<Step> whole) =>
        part.All(step => whole.Any(of => of.Price == step.Price && of.Energy >= step.Energy)) && part.Select(step => step.Price).Distinct().Count() == part.Length;

    private static Bid Buy(params (long Price, long Energy)[] steps) =>
        new(new MemberId("anna"), new Period(1), 1, [.. steps.Select(step => Step(step.Price, step.Energy))], []);

    private static Step Step(long price, long energy) => new(new Price(price), new Energy(energy));
}
