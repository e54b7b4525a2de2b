using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Node.Planning;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Node.Planning;

public sealed class HomeForesightTests
{
    private static readonly Period First = new(1_995_000);
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(new Price(280_000), new Price(90_000));
    private static readonly ImmutableArray<Step> Some = [new Step(new Price(100_000), new Energy(1))];

    [Fact]
    public void Before_a_day_is_over_it_expects_no_price_and_then_those_of_that_day()
    {
        var foresight = Of(PowerProfile.Constant(400));
        for (var t = 0; t < 96; t++)
        {
            Assert.Empty(foresight.Ahead(At(t)).Prices);
            foresight.Cleared(At(t), new Price(100_000 + t), null);
        }

        var course = Assert.Single(foresight.Ahead(At(96)).Prices);
        Assert.Equal(480, course.Length); // five days
        Assert.Equal((100_000, 100_095, 100_000), (course[0], course[95], course[96]));
    }

    [Fact]
    public void A_result_that_was_lost_is_taken_for_the_one_before_it_and_one_that_comes_late_still_counts()
    {
        var foresight = Of(PowerProfile.Constant(400));
        for (var t = 0; t < 95; t++)
        {
            foresight.Cleared(At(t), new Price(t == 94 ? 150_000 : 200_000), null);
        }

        Assert.Equal(150_000, Assert.Single(foresight.Ahead(At(96)).Prices)[95]);
        foresight.Cleared(At(95), new Price(170_000), null);
        Assert.Equal(170_000, Assert.Single(foresight.Ahead(At(96)).Prices)[95]);
    }

    [Fact]
    public void After_more_than_a_week_of_silence_the_old_prices_say_nothing()
    {
        var foresight = Of(PowerProfile.Constant(400));
        for (var t = 0; t < 96; t++)
        {
            foresight.Cleared(At(t), new Price(200_000 + 10_000 * (t / 288)), null);
        }

        Assert.Empty(foresight.Ahead(At(96 + 673)).Prices);
        foresight.Cleared(At(96 + 673), new Price(200_000), null);
        Assert.Empty(foresight.Ahead(At(96 + 674)).Prices);
    }

    [Fact]
    public void Where_nothing_was_traded_it_learns_from_its_own_bid_what_energy_was_worth()
    {
        // Offered in vain: the supplier took it, 9 ct. Asked in vain: the supplier gave it, 28 ct. Neither: half-way, 18.5 ct.
        var foresight = Of(PowerProfile.Constant(400));
        foresight.Cleared(At(0), null, new BidSteps([], Some));
        foresight.Cleared(At(1), null, new BidSteps(Some, []));
        foresight.Cleared(At(2), null, null);
        for (var t = 3; t < 96; t++)
        {
            foresight.Cleared(At(t), new Price(200_000 + 10_000 * (t / 288)), null);
        }

        Assert.Equal([90_000.0, 280_000, 185_000, 200_000], Assert.Single(foresight.Ahead(At(96)).Prices)[..4]);
    }

    [Fact]
    public void Only_what_is_over_is_looked_at()
    {
        // Two homes that differ from noon on of the second day expect the same until then, and not after it.
        long[] one = [.. Enumerable.Range(0, 4 * 96).Select(t => 300L + t % 96)];
        long[] other = [.. one.Select((watts, t) => t < 144 ? watts : 2_500)];
        var (a, b) = (Of(new PowerProfile(First, [.. one])), Of(new PowerProfile(First, [.. other])));
        Assert.Equal(a.Ahead(At(144)).Load, b.Ahead(At(144)).Load);
        Assert.NotEqual(a.Ahead(At(150)).Load, b.Ahead(At(150)).Load);
    }

    [Fact]
    public void A_home_with_a_meter_learns_from_that_alone_what_flows_from_now_on()
    {
        // Its household took 400 W, and so does the profile go on; the meter counts 1,200 W: 300 Wh a quarter of an hour. Some counts never come.
        var foresight = new HomeForesight(new HomeDescription("home", 6_000, new PowerProfile(First, [.. Enumerable.Repeat(400L, 20 * 96)])), MarketRules.Default, Tariff, isMetered: true);
        Assert.Equal(100, foresight.Ahead(At(7 * 96)).Load[0], 1.0);
        for (var t = 7 * 96; t < 17 * 96; t++)
        {
            if (t % 7 != 0)
            {
                foresight.Counted(At(t), new Energy(300), Energy.Zero);
            }

            _ = foresight.Ahead(At(t + 1)); // as bids are made: before the next period is counted
        }

        Assert.InRange(foresight.Ahead(At(17 * 96)).Load[0], 290, 310);

        // Tomorrow goes by the days before the meter, too: ten of 300 Wh and seven of 100 Wh, each worth a tenth less than the day after it.
        Assert.InRange(foresight.Ahead(At(17 * 96)).Load[96], 200, 310);

        // A count that comes late or again changes nothing.
        var expected = foresight.Ahead(At(17 * 96)).Load;
        foresight.Counted(At(16 * 96), new Energy(1_500), Energy.Zero);
        Assert.Equal(expected, foresight.Ahead(At(17 * 96)).Load);
    }

    [Fact]
    public void What_a_meter_counted_before_a_restart_is_expected_as_if_there_had_been_none()
    {
        // The household's profile says 400 W, its meter counts 300 Wh a quarter of an hour for ten days; then the node is started anew.
        var home = new HomeDescription("home", 6_000, new PowerProfile(First, [.. Enumerable.Repeat(400L, 20 * 96)]));
        var through = new HomeForesight(home, MarketRules.Default, Tariff, isMetered: true);
        var kept = ImmutableArray.CreateBuilder<CountedPeriod>();
        _ = through.Ahead(At(7 * 96));
        for (var t = 7 * 96; t < 17 * 96; t++)
        {
            kept.Add(new CountedPeriod(At(t), new Energy(300 + t % 5), Energy.Zero));
            through.Counted(At(t), kept[^1].Load, kept[^1].Sun);
        }

        var anew = new HomeForesight(home, MarketRules.Default, Tariff, isMetered: true);
        anew.Recall([.. kept, new CountedPeriod(At(90 * 96), new Energy(9_000), Energy.Zero)]); // and one from a clock that was wrong
        Assert.Equal(through.Ahead(At(17 * 96)).Load, anew.Ahead(At(17 * 96)).Load);

        // What is counted from now on is learned as well.
        through.Counted(At(17 * 96), new Energy(900), Energy.Zero);
        anew.Counted(At(17 * 96), new Energy(900), Energy.Zero);
        Assert.Equal(through.Ahead(At(17 * 96 + 1)).Load, anew.Ahead(At(17 * 96 + 1)).Load);

        // Without it the profile is all that is known.
        Assert.Equal(100, new HomeForesight(home, MarketRules.Default, Tariff, isMetered: true).Ahead(At(17 * 96)).Load[0], 1.0);
    }

    [Fact]
    public void A_market_of_other_periods_has_prices_as_on_the_days_before()
    {
        var foresight = new HomeForesight(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), MarketRules.Default with { Grid = new PeriodGrid(300) }, Tariff);
        for (var t = 0; t < 3 * 288; t++)
        {
            foresight.Cleared(At(t), new Price(200_000 + 10_000 * (t / 288)), null);
        }

        var outlook = foresight.Ahead(At(3 * 288));
        Assert.Equal(864, outlook.Load.Length); // three days of 5 minutes
        // Each day moved by what the last hour was dearer than the hour before that day, up to the dearest that was seen; of the first the hour before is not known.
        Assert.Equal([220_000, 220_000, 200_000], outlook.Prices.Select(course => course[0]));

        // Two hours, 24 periods, after now e⁻¹ of the 2 ct are left by which the last hour was dearer than that before the second day.
        Assert.Equal(210_000 + 20_000 / Math.E, outlook.Prices[1][24], 3);
    }

    [Fact]
    public void What_the_market_tells_of_prices_is_expected_as_far_as_the_home_trades_and_until_it_is_old()
    {
        var home = new HomeDescription("home", 3_000, PowerProfile.Constant(400), null, null, []) { MarginPermille = 10 };
        var foresight = new HomeForesight(home, MarketRules.Default, Tariff);
        Assert.Empty(foresight.Ahead(First).Prices);

        // A hundredth of the spread, 0.19 ct, is left to the supplier's prices on both sides.
        foresight.Told(new PriceOutlook(First, [new(150_000), new(long.MaxValue), new(long.MinValue), new(200_000)]));
        var course = Assert.Single(foresight.Ahead(First).Prices);
        Assert.Equal(480, course.Length);
        Assert.Equal([150_000.0, 278_100, 91_900, 200_000, 200_000], course[..5]);
        Assert.Equal(200_000, Assert.Single(foresight.Ahead(new Period(First.Index + 3)).Prices)[0]);
        Assert.Equal(Outlook.HasteOfPlans, foresight.Ahead(new Period(First.Index + 3)).Haste);

        // Told anew with every period: one that is four periods old is of a market that has gone silent.
        Assert.Empty(foresight.Ahead(new Period(First.Index + 4)).Prices);
    }

    private static HomeForesight Of(PowerProfile load) => new(new HomeDescription("home", 6_000, load), MarketRules.Default, Tariff);

    private static Period At(int offset) => new(First.Index + offset);
}
