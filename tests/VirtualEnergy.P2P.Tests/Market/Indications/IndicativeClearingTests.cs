using System.Collections.Immutable;
using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Indications;

public sealed class IndicativeClearingTests
{
    private static readonly Period First = new(2_000_000);
    private static readonly SupplierPrices Supplier = new(new Price(280_000), new Price(90_000));
    private static readonly SupplierTariff Tariff = SupplierTariff.Flat(Supplier.Import, Supplier.Export);

    [Theory]
    [InlineData(-1_000, 120_000)] // 1,000 Wh of sun: 600 are taken at 15 ct, 1,200 at 12: at 12 they would take energy from outside
    [InlineData(-600, 120_000)] // all taken at 15 ct; somebody would pay 12 for more
    [InlineData(-599, 150_000)] // a Wh is missing at 15 ct
    [InlineData(-1_200, 90_000)] // more sun than anybody charges: the supplier gets the rest
    [InlineData(1, 280_000)] // somebody takes energy at any price, and nobody has it
    public void Plans_meet_where_members_together_would_still_take_energy(long sun, long price) => Assert.Equal(
        new Price(price), IndicativeClearing.Meet([Demand(sun), Demand(0, (150_000, 600), (120_000, 600))], Supplier));

    [Fact]
    public void What_is_worth_more_than_the_supplier_asks_is_taken_at_its_price() =>
        Assert.Equal(Supplier.Import, IndicativeClearing.Meet([Demand(-500, (900_000, 600))], Supplier));

    [Fact]
    public void The_outlook_goes_half_of_the_way_and_a_day_on_at_its_end()
    {
        // 20 ct expected, the plans meet at 12: 16. The period after the end of the outlook before is taken to be as a day, 96 periods, before: 20 as well.
        var before = new PriceOutlook(First, [.. Enumerable.Repeat(new Price(200_000), 96)]);
        ImmutableArray<PlannedDemand> demands = [.. Enumerable.Repeat(Demand(-100, (120_000, 500)), 97)];
        var next = IndicativeClearing.Next(before, First.Next, 97, [new MemberPlan(new MemberId("a"), First.Next, demands)], Tariff, PeriodGrid.QuarterHour)!;
        Assert.Equal(First.Next, next.First);
        Assert.Equal(Enumerable.Repeat(new Price(160_000), 97), next.Prices);
    }

    [Fact]
    public void Without_an_outlook_before_it_is_where_the_plans_meet_and_without_plans_there_is_none()
    {
        var plan = new MemberPlan(new MemberId("a"), First, [Demand(-100, (120_000, 500))]);
        var old = new PriceOutlook(new Period(First.Index - 500), [.. Enumerable.Repeat(new Price(200_000), 400)]);
        foreach (var before in new[] { null, old })
        {
            // The plan's second period is missing: nobody takes or gives anything, so the supplier's lower price stands.
            Price[] expected = [new(120_000), new(90_000)];
            Assert.Equal(expected, IndicativeClearing.Next(before, First, 2, [plan], Tariff, PeriodGrid.QuarterHour)!.Prices);
            Assert.Null(IndicativeClearing.Next(before, First, 2, [], Tariff, PeriodGrid.QuarterHour));
        }
    }

    [Fact]
    public void The_order_of_plans_changes_nothing_and_prices_stay_between_the_suppliers() => Plans.Sample(demands =>
    {
        var price = IndicativeClearing.Meet(demands, Supplier);
        Assert.Equal(price, IndicativeClearing.Meet([.. demands.Reverse()], Supplier));
        Assert.True(price >= Supplier.Export && price <= Supplier.Import);

        // A tick above it nobody is short, but at the supplier's price; a tick below it somebody would be, but at what the supplier gives.
        Energy Net(Price at) => demands.Aggregate(Energy.Zero, (sum, demand) => sum + demand.At(at));
        Assert.True(price == Supplier.Import || Net(new Price(price.MicroEurPerKWh + 1)) <= Energy.Zero);
        Assert.True(price == Supplier.Export || Net(price) > Energy.Zero);
    });

    [Fact]
    public void A_plan_that_breaks_a_rule_is_not_sound()
    {
        var limit = new Energy(1_000);
        bool IsSound(PlannedDemand demand) => new MemberPlan(new MemberId("a"), First, [Demand(0), demand]).IsSound(limit, MarketRules.Default);
        Assert.True(IsSound(Demand(-1_000, (150_000, 600), (120_000, 1_400))));
        Assert.False(IsSound(Demand(-1_001))); // beyond the connection
        Assert.False(IsSound(Demand(-1_000, (150_000, 600), (120_000, 1_401))));
        Assert.False(IsSound(Demand(0, (150_000, long.MaxValue), (120_000, long.MaxValue)))); // and no overflow on the way
        Assert.False(IsSound(Demand(0, (120_000, 100), (150_000, 100)))); // rising
        Assert.False(IsSound(Demand(0, (120_000, 100), (120_000, 100))));
        Assert.False(IsSound(Demand(0, (120_000, 0))));
        Assert.False(IsSound(Demand(0, (4_000_001, 100)))); // above the cap
        Assert.False(IsSound(Demand(0, (-500_001, 100))));
        Assert.False(IsSound(Demand(0, [.. Enumerable.Range(0, PlannedDemand.MostSteps + 1).Select(i => (200_000L - i, 1L))])));
        Assert.False(IsSound(default));
        Assert.False(new MemberPlan(new MemberId("a"), First, []).IsSound(limit, MarketRules.Default));
        Assert.False(new MemberPlan(new MemberId("a"), First, [.. Enumerable.Repeat(Demand(0), MemberPlan.MostPeriods + 1)]).IsSound(limit, MarketRules.Default));
    }

    private static readonly Gen<PlannedDemand[]> Plans =
        (from sun in Gen.Long[-3_000, 500]
         from steps in Gen.Select(Gen.Long[60, 310], Gen.Long[1, 900]).Array[0, PlannedDemand.MostSteps]
         select Demand(sun, [.. steps.DistinctBy(step => step.Item1).OrderByDescending(step => step.Item1).Select(step => (step.Item1 * 1_000, step.Item2))]))
        .Array[1, 12];

    private static PlannedDemand Demand(long sun, params (long Price, long Energy)[] steps) =>
        new(new Energy(sun), [.. steps.Select(step => new Step(new Price(step.Price), new Energy(step.Energy)))]);
}
