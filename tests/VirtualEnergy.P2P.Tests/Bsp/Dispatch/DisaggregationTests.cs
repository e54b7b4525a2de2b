using CsCheck;
using VirtualEnergy.P2P.Bsp.Dispatch;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Tests.Proof.Bsp;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Bsp.Dispatch;

public sealed class DisaggregationTests
{
    private static readonly Gen<(ulong Seed, int Count, int Part, bool Ties)> Cases =
        Gen.Select(Gen.ULong, Gen.Int[1, 40], Gen.Int[0, 1000], Gen.Bool);

    // 1,000 W at 10 ct, 500 W at 20 ct; 800 W at 15 ct. 1,500 W: 1,000 at 10 and 500 of the 800 at 15.
    [Fact]
    public void The_cheapest_steps_of_all_homes_are_taken_first()
    {
        DispatchHome[] homes = [Home("anna", (1_000, 10), (500, 20)), Home("bert", (800, 15))];
        var plan = Disaggregation.Distribute(1_500, homes);
        Assert.Equal([1_000, 500], plan.Watts);
        Assert.Equal(1_000 * 100_000L + 500 * 150_000L, (long)plan.CostOf(homes));
    }

    // 1,000 W over 300, 300 and 600 W at one price: floor of running totals 1000·300/1200 = 250, 1000·600/1200 = 500, 1000.
    [Fact]
    public void Homes_at_the_marginal_price_share_by_what_they_have() =>
        Assert.Equal([250, 250, 500], Disaggregation.Distribute(1_000, [Home("a", (300, 10)), Home("b", (300, 10)), Home("c", (600, 10))]).Watts);

    [Fact]
    public void What_the_homes_cannot_do_is_said()
    {
        var plan = Disaggregation.Distribute(1_000, [Home("anna", (300, 10)), Home("bert", (300, 12))], reservePermille: 200);
        Assert.Equal([300, 300], plan.Watts);
        Assert.Equal((400, 0, true), (plan.Missing, plan.Surplus, plan.UsesReserve));
    }

    [Fact]
    public void No_homes_leave_all_of_the_target_missing() => Assert.Equal(7, Disaggregation.Distribute(7, []).Missing);

    [Fact]
    public void What_homes_move_in_any_case_beyond_the_target_is_said()
    {
        var plan = Disaggregation.Distribute(100, [Home("anna", (300, 10)) with { Least = 250 }]);
        Assert.Equal((250, 150), (plan.Watts[0], plan.Surplus));
    }

    // A fifth of 1,000 W and of 600 W is kept: 800 + 480 = 1,280 W are reached without it; 1,281 W are not.
    [Theory]
    [InlineData(1_280, false)]
    [InlineData(1_281, true)]
    public void The_reserve_is_left_alone_as_long_as_the_target_is_reached_without(long target, bool uses)
    {
        var plan = Disaggregation.Distribute(target, [Home("anna", (1_000, 10)), Home("bert", (600, 20))], reservePermille: 200);
        Assert.Equal(uses, plan.UsesReserve);
        Assert.Equal(target, plan.Watts.Sum());
        Assert.Equal(uses ? 1_000 : 800, plan.Watts[0]);
    }

    [Fact]
    public void It_costs_what_the_linear_programme_costs() => Cases.Sample((seed, count, part, ties) =>
    {
        var homes = RandomDispatch.Homes(seed, count, ties: ties, bounds: true);
        var (least, most) = (homes.Sum(home => home.Least), homes.Sum(home => home.Most));
        var target = least + (most - least) * part / 1000;
        var plan = Disaggregation.Distribute(target, homes);
        Assert.Equal(target, plan.Watts.Sum());
        Assert.All(homes.Zip(plan.Watts), home => Assert.InRange(home.Second, home.First.Least, home.First.Most));
        // The data are whole and the constraints an interval matrix, so the programme's optimum is whole as well.
        var optimum = DispatchProgram.LeastCost(target, homes);
        Assert.InRange((double)plan.CostOf(homes) - optimum, -1e-6 * optimum - 1, 1e-6 * optimum + 1);
    }, iter: 2_000, threads: 2);

    [Fact]
    public void It_is_never_dearer_than_an_equal_split() => Cases.Sample((seed, count, part, ties) =>
    {
        var homes = RandomDispatch.Homes(seed, count, ties: ties);
        var target = homes.Sum(home => home.Most) * part / 1000;
        var equal = EqualSplit.Of(target, homes);
        Assert.Equal(target, equal.Sum());
        Assert.True(Disaggregation.Distribute(target, homes).CostOf(homes) <= EqualSplit.CostOf(target, homes));
    }, iter: 5_000, threads: 2);

    [Fact]
    public void The_order_in_which_homes_are_named_changes_nothing() => Cases.Sample((seed, count, part, ties) =>
    {
        var homes = RandomDispatch.Homes(seed, count, ties: ties, bounds: true);
        var target = homes.Sum(home => home.Most) * part / 1000;
        var plan = Disaggregation.Distribute(target, homes, 100);
        DispatchHome[] turned = [.. homes.Reverse()];
        Assert.Equal(plan.Watts, Disaggregation.Distribute(target, turned, 100).Watts.Reverse());
    }, iter: 2_000, threads: 2);

    [Theory]
    [InlineData(20, 10)]
    public void Prices_that_fall_are_refused(long first, long second) => Assert.NotNull(Home("anna", (100, first), (100, second)).Objection);

    [Fact]
    public void Hostile_homes_are_refused()
    {
        Assert.NotNull(Home("anna", (0, 1)).Objection);
        Assert.NotNull(Home("anna", (long.MaxValue, 1)).Objection);
        Assert.NotNull((Home("anna", (100, 1)) with { Most = 101 }).Objection);
        Assert.NotNull((Home("anna", (100, 1)) with { Least = -1 }).Objection);
        Assert.NotNull((Home("anna", (100, 1)) with { Steps = default }).Objection);
        Assert.Null(Home("anna", (100, 1)).Objection);
    }

    private static DispatchHome Home(string name, params (long Watts, long Cents)[] steps) =>
        DispatchHome.Of(new MemberId(name), [.. steps.Select(step => new PowerStep(step.Watts, new Price(step.Cents * 10_000)))]);
}
