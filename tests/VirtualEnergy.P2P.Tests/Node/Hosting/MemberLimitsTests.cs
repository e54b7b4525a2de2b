using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Hosting;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Hosting;

public sealed class MemberLimitsTests
{
    private static readonly MarketRules Rules = MarketRules.Default;

    private static readonly Bid Whole = new(
        new MemberId("0x" + new string('a', 40)), new Period(7), 3,
        [new Step(new Price(280_000), new Energy(400)), new Step(new Price(200_000), new Energy(300)), new Step(new Price(100_000), new Energy(200))],
        [new Step(new Price(290_000), new Energy(50))]);

    [Fact]
    public void Without_limits_the_bid_stays() => Assert.Equal(Whole, default(MemberLimits).ApplyTo(Whole, Money.Zero, Rules));

    [Fact]
    public void Paused_is_an_empty_bid_under_the_same_number()
    {
        var paused = new MemberLimits(IsPaused: true).ApplyTo(Whole, Money.Zero, Rules);
        Assert.True(paused.IsWithdrawal);
        Assert.Equal(3, paused.Number);
    }

    [Fact]
    public void Dearer_steps_come_down_to_the_most_she_pays_and_keep_their_energy()
    {
        // 28 and 20 ct are at or above 15.005 ct, which is 15.00 on the tick of 0.01 ct: 400 + 300 Wh there; 10 ct stays.
        var limited = new MemberLimits(MostPrice: new Price(150_050)).ApplyTo(Whole, Money.Zero, Rules);
        ImmutableArray<Step> expected = [new Step(new Price(150_000), new Energy(700)), new Step(new Price(100_000), new Energy(200))];
        Assert.True(expected.AsSpan().SequenceEqual(limited.Buy.AsSpan()));
        Assert.True(Whole.Sell.AsSpan().SequenceEqual(limited.Sell.AsSpan()));
    }

    [Fact]
    public void What_was_spent_today_is_off_the_days_limit()
    {
        // 400 Wh at 28 ct are 112,000 µEUR. Of 150,000 a day 38,000 are spent: exactly the first step is left.
        var limited = new MemberLimits(MostADay: new Money(150_000)).ApplyTo(Whole, new Money(38_000), Rules);
        Assert.Equal([new Step(new Price(280_000), new Energy(400))], limited.Buy);
    }

    [Fact]
    public void No_limit_makes_a_bid_dearer_or_larger_and_prices_stay_in_order() =>
        Gen.Select(Gen.Long[1, 3_000].Array[0, 6], Gen.Long[0, 3_000], Gen.Long[0, 400_000], Gen.Long[0, 300]).Sample((ticks, most, day, premium) =>
        {
            var buy = ticks.Distinct().OrderDescending().Select(tick => new Step(new Price(tick * 100), new Energy(tick % 700 + 1))).ToImmutableArray();
            var bid = (Whole with { Buy = buy, Sell = [] }) with { Preferences = new(new Price(premium * 100), default, null, default) };
            var limited = new MemberLimits(MostPrice: new Price(most * 100), MostADay: new Money(day)).ApplyTo(bid, Money.Zero, Rules);
            var prices = limited.Buy.Select(step => step.Price.MicroEurPerKWh).ToList();
            return prices.SequenceEqual(prices.Distinct().OrderDescending())
                && limited.WorstCasePayment.MicroEur <= day
                && limited.Buy.Sum(step => step.Energy.WattHours) <= buy.Sum(step => step.Energy.WattHours)
                && prices.All(price => price + premium * 100 <= most * 100);
        }, iter: 2_000);
}
