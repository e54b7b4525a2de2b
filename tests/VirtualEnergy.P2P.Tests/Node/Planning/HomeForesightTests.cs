using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Market;
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
        Assert.Equal(144, course.Length); // 36 hours
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
            foresight.Cleared(At(t), new Price(200_000), null);
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
            foresight.Cleared(At(t), new Price(200_000), null);
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
    public void A_market_of_other_periods_is_planned_with_the_suppliers_prices()
    {
        var foresight = new HomeForesight(new HomeDescription("home", 6_000, PowerProfile.Constant(400)), new PeriodGrid(300), Tariff);
        for (var t = 0; t < 3 * 288; t++)
        {
            foresight.Cleared(At(t), new Price(200_000), null);
        }

        var outlook = foresight.Ahead(At(3 * 288));
        Assert.Empty(outlook.Prices);
        Assert.Equal(432, outlook.Load.Length); // 36 hours of 5 minutes
    }

    private static HomeForesight Of(PowerProfile load) => new(new HomeDescription("home", 6_000, load), PeriodGrid.QuarterHour, Tariff);

    private static Period At(int offset) => new(First.Index + offset);
}
