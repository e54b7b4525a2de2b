using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

public sealed class CurveAllocationTests
{
    private static readonly MarketBasis Basis = MarketBasis.Create(3, 0, 2);
    private static readonly MarketBasis Six = MarketBasis.Create(6, 0, 5);

    [Fact]
    public void Consumers_on_the_long_side_share_what_there_is()
    {
        // At step 1: 30 + 10 − 20 = 20 W too much. Both consumers stop at step 2, so they give up 20 in the ratio 30 : 10.
        Assert.Equal([15, 5, -20], Allocate(1, 0, [30, 30, 0], [10, 10, 0], [-20, -20, -20]));
    }

    [Fact]
    public void Producers_on_the_long_side_hold_back_what_starts_at_the_price()
    {
        // At step 1: 10 − 12 − 6 − 4 = 12 W too little. Production of 12 and 6 starts there; the third has always run.
        Assert.Equal([10, -4, -2, -4], Allocate(1, 0, [10, 10, 10], [0, -12, -12], [0, -6, -6], [-4, -4, -4]));
    }

    [Fact]
    public void Other_side_closes_only_what_the_long_side_cannot()
    {
        // At step 1: 10 W too much; consumption falls by 4 only, so the producer gives 6 of its next 20.
        Assert.Equal([6, -6], Allocate(1, 0, [10, 10, 6], [0, 0, -20]));
    }

    [Fact]
    public void Odd_nanowatt_goes_to_the_largest_remainder_then_to_the_earlier()
    {
        // 2 nW for three who want 1 each: the first two. 5 nW for 3 and 4: 2 1/7 and 2 6/7, so 2 and 3.
        Assert.Equal([1L, 1, 0, -2], AllocateNano(1, 0, [1, 1, 0], [1, 1, 0], [1, 1, 0], [-2, -2, -2]));
        Assert.Equal([2L, 3, -5], AllocateNano(1, 0, [3, 3, 0], [4, 4, 0], [-5, -5, -5]));
    }

    [Fact]
    public void Without_a_crossing_the_rest_stays_at_the_boundary()
    {
        var allocation = CurveAllocation.Of([CurveGens.Curve(Basis, 5, 4, 3)], 2, Demand.Zero);
        Assert.Equal(CurveGens.Watts(3), allocation.Boundary);
    }

    [Fact]
    public void Fast_and_reference_allocate_the_same() =>
        Clusters.Sample((curves, index, target) =>
            Assert.Equal(ReferenceCurveAllocation.Of(curves, index, target), CurveAllocation.Of(curves, index, target).Demands), iter: 20_000);

    [Fact]
    public void At_the_price_the_cluster_meets_its_target_and_nobody_leaves_the_curve() =>
        Clusters.Sample((curves, _, target) =>
        {
            var sum = curves.Aggregate(DemandCurve.Flat(Six, Demand.Zero), (total, curve) => total.Plus(curve));
            var found = Equilibrium.Of(sum, target);
            var allocation = CurveAllocation.Of(curves, found.Index, target);
            for (var agent = 0; agent < curves.Length; agent++)
            {
                Assert.InRange(
                    allocation.Demands[agent].NanoWatts, curves[agent][Math.Min(found.Index + 1, 5)].NanoWatts, curves[agent][Math.Max(found.Index - 1, 0)].NanoWatts);
            }

            var rest = (allocation.Boundary - target).NanoWatts;
            Assert.True(found.Kind switch
            {
                EquilibriumKind.Crossing => rest == 0,
                EquilibriumKind.Balanced => Math.Abs(rest) < 1_000,
                EquilibriumKind.AllDemand => allocation.Boundary == sum.Minimum,
                _ => allocation.Boundary == sum.Maximum,
            });
        }, iter: 20_000);

    [Fact]
    public void Whole_watt_hours_add_up_and_none_is_rounded_by_one_or_more() =>
        Gen.Select(Clusters, Gen.OneOf(Gen.Const(300), Gen.Const(900), Gen.Const(1800), Gen.Const(3600))).Sample((cluster, seconds) =>
        {
            var allocation = CurveAllocation.Of(cluster.Item1, cluster.Item2, cluster.Item3);
            var energies = allocation.EnergyOver(seconds);

            // nW × s / 3.6e12 is Wh; the sum is rounded half up.
            var sum = (decimal)allocation.Boundary.NanoWatts * seconds / 3_600_000_000_000m;
            Assert.Equal(Math.Floor(sum + 0.5m), energies.Sum(energy => energy.WattHours));
            Assert.All(energies.Zip(allocation.Demands), pair =>
                Assert.True(Math.Abs(pair.First.WattHours - (decimal)pair.Second.NanoWatts * seconds / 3_600_000_000_000m) < 1));
        }, iter: 5_000);

    [Fact]
    public void Balanced_cluster_buys_as_many_watt_hours_as_it_sells()
    {
        // A third of 4 W over an hour is 1⅓ Wh each: 1, 1, 1, and the missing Wh to the first.
        var third = new Demand(1_333_333_333);
        var allocation = new CurveAllocation([third, third, third + new Demand(1), CurveGens.Watts(-4)]);
        Assert.Equal([1L, 1, 2, -4], allocation.EnergyOver(3600).Select(energy => energy.WattHours));
    }

    [Fact]
    public void Energy_decided_elsewhere_is_shared_to_the_watt_hour()
    {
        // Over an hour step 1 wants 5 + 5 Wh, step 2 nothing. 7 of the 10 are 3½ each: the earlier gets the odd one.
        DemandCurve[] curves = [CurveGens.Curve(Basis, 5, 5, 0), CurveGens.Curve(Basis, 5, 5, 0)];
        Assert.True(CurveAllocation.TryShare(curves, 1, new Energy(7), 3600, out var energies));
        Assert.Equal([new Energy(4), new Energy(3)], energies);
        Assert.False(CurveAllocation.TryShare(curves, 1, new Energy(11), 3600, out _));
        Assert.False(CurveAllocation.TryShare(curves, 1, new Energy(-1), 3600, out _));
    }

    [Fact]
    public void Rounding_of_what_the_curves_come_to_can_always_be_shared() =>
        Gen.Select(Clusters, Gen.OneOf(Gen.Const(300), Gen.Const(900), Gen.Const(1800), Gen.Const(3600)), Gen.Bool).Sample((cluster, seconds, up) =>
        {
            var (curves, index, target) = cluster;
            var allocation = CurveAllocation.Of(curves, index, target);
            var exact = (decimal)allocation.Boundary.NanoWatts * seconds / 3_600_000_000_000m;
            var given = new Energy((long)(up ? Math.Ceiling(exact) : Math.Floor(exact)));
            Assert.True(CurveAllocation.TryShare(curves, index, given, seconds, out var energies));
            Assert.Equal(given, energies.Aggregate(Energy.Zero, (sum, energy) => sum + energy));
            for (var agent = 0; agent < curves.Length; agent++)
            {
                var least = (decimal)curves[agent][Math.Min(index + 1, 5)].NanoWatts * seconds / 3_600_000_000_000m;
                var most = (decimal)curves[agent][Math.Max(index - 1, 0)].NanoWatts * seconds / 3_600_000_000_000m;
                Assert.InRange(energies[agent].WattHours, (long)Math.Floor(least), (long)Math.Ceiling(most));
            }
        }, iter: 20_000);

    private static Gen<(DemandCurve[], int, Demand)> Clusters =>
        Gen.Select(CurveGens.On(Six).Array[0, 8], Gen.Int[0, 5], CurveGens.Targets);

    private static IEnumerable<long> Allocate(int index, long target, params long[][] watts) =>
        CurveAllocation.Of([.. watts.Select(curve => CurveGens.Curve(Basis, curve))], index, CurveGens.Watts(target)).Demands.Select(demand => demand.NanoWatts / Demand.NanoWattsPerWatt);

    private static IEnumerable<long> AllocateNano(int index, long target, params long[][] nanoWatts) =>
        CurveAllocation.Of([.. nanoWatts.Select(curve => DemandCurve.Create(Basis, [.. curve.Select(demand => new Demand(demand))]))], index, new Demand(target))
            .Demands.Select(demand => demand.NanoWatts);
}
