using CsCheck;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

public sealed class CurveClusterTests
{
    private static readonly MarketBasis Basis = CurveGens.Eleven;

    [Fact]
    public void Sum_kept_up_to_date_is_the_sum_counted_anew() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 30], CurveGens.On(Basis)).Array[0, 60].Sample(steps =>
        {
            var cluster = new CurveCluster(Basis);
            var curves = new Dictionary<int, DemandCurve>();
            foreach (var (action, pick, curve) in steps)
            {
                var slot = curves.Count == 0 ? -1 : curves.Keys.ElementAt(pick % curves.Count);
                if (action == 0 || slot < 0)
                {
                    Assert.True(cluster.TryAdd(curve, out slot, out _));
                    Assert.False(curves.ContainsKey(slot));
                    curves[slot] = curve;
                }
                else if (action == 1)
                {
                    Assert.True(cluster.TryReplace(slot, curve, out _));
                    curves[slot] = curve;
                }
                else
                {
                    cluster.Remove(slot);
                    curves.Remove(slot);
                }
            }

            var expected = curves.Values.Aggregate(DemandCurve.Flat(Basis, Demand.Zero), (sum, curve) => sum.Plus(curve));
            Assert.Equal(expected, cluster.ToCurve());
            Assert.Equal(expected.Demands.ToArray(), cluster.Recount());
            Assert.Equal(curves.Count, cluster.Count);
            Assert.All(curves, entry => Assert.True(cluster.CurveOf(entry.Key).SequenceEqual(entry.Value.Demands)));
        }, iter: 500);

    [Theory]
    [InlineData(1, 40)]
    [InlineData(3, 17)]
    [InlineData(4, 8)]
    [InlineData(96, 5)] // exactly the 24 vectors of four that stay in registers
    [InlineData(100, 9)]
    [InlineData(203, 9)]
    public void Curves_in_memory_add_up_to_the_same_as_one_by_one(int steps, int curves)
    {
        var all = Enumerable.Range(0, steps * curves).Select(i => new Demand(i * 7919L - 5_000)).ToArray();
        var sum = new Demand[steps];
        CurveSum.AddTo(sum, all);
        Assert.Equal(Enumerable.Range(0, steps).Select(step => Enumerable.Range(0, curves).Sum(curve => all[curve * steps + step].NanoWatts)), sum.Select(demand => demand.NanoWatts));
    }

    [Fact]
    public void Blocks_fill_up_and_places_are_given_out_again()
    {
        // 131,072 / 11 = 11,915 curves to a block: 12,000 need two.
        var cluster = new CurveCluster(Basis);
        var curve = DemandCurve.Flat(Basis, CurveGens.Watts(1));
        for (var i = 0; i < 12_000; i++)
        {
            Assert.True(cluster.TryAdd(curve, out var slot, out _));
            Assert.Equal(i, slot);
        }

        cluster.Remove(11_999);
        cluster.Remove(5);
        Assert.Equal(CurveGens.Watts(11_998), cluster.Aggregate[10]);
        Assert.Equal(cluster.Recount(), cluster.Aggregate.ToArray());
        Assert.True(cluster.TryAdd(curve, out var reused, out _));
        Assert.Equal(5, reused);
    }

    [Fact]
    public void Curve_whose_sum_could_leave_64_bits_is_refused_and_nothing_changes()
    {
        // 2⁶² nW are 4.61 GW: four curves of 1 GW fit, whatever their sign; the fifth does not.
        var cluster = new CurveCluster(Basis);
        var huge = DemandCurve.Flat(Basis, Demand.MaxOfCurve);
        var negative = DemandCurve.Flat(Basis, -Demand.MaxOfCurve);
        Assert.All(new[] { huge, negative, huge, huge }, curve => Assert.True(cluster.TryAdd(curve, out _, out _)));
        Assert.False(cluster.TryAdd(huge, out var slot, out var fault));
        Assert.Equal((-1, CurveFault.SumOutOfRange), (slot, fault));
        Assert.Equal(Demand.FromWatts(2_000_000_000), cluster.Aggregate[0]);

        // In the place of an old one it fits.
        Assert.True(cluster.TryReplace(1, huge, out _));
        Assert.Equal(4, cluster.Count);
    }

    [Fact]
    public void Curve_of_another_basis_is_refused_and_the_old_one_stays()
    {
        var cluster = new CurveCluster(Basis);
        Assert.True(cluster.TryAdd(DemandCurve.Flat(Basis, CurveGens.Watts(3)), out var slot, out _));
        Assert.False(cluster.TryReplace(slot, DemandCurve.Flat(MarketBasis.Create(11, 0, 11), CurveGens.Watts(9)), out var fault));
        Assert.Equal(CurveFault.OtherBasis, fault);
        Assert.Equal(CurveGens.Watts(3), cluster.Aggregate[0]);
    }

    [Fact]
    public void Empty_place_is_no_curve()
    {
        var cluster = new CurveCluster(Basis);
        Assert.True(cluster.TryAdd(DemandCurve.Flat(Basis, CurveGens.Watts(3)), out var slot, out _));
        cluster.Remove(slot);
        Assert.Throws<ArgumentOutOfRangeException>(() => cluster.Remove(slot));
        Assert.Throws<ArgumentOutOfRangeException>(() => cluster.TryReplace(slot, DemandCurve.Flat(Basis, Demand.Zero), out _));
    }

    [Fact]
    public void One_bid_changed_allocates_nothing()
    {
        var cluster = new CurveCluster(Basis);
        var one = CurveGens.Curve(Basis, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5);
        var other = DemandCurve.Flat(Basis, CurveGens.Watts(2));
        Assert.True(cluster.TryAdd(one, out var slot, out _));
        Change(10); // compiled and warm

        // A collection that another test causes meanwhile takes this thread's half-used memory away, which counts as allocated;
        // what the code itself allocates is there in every run.
        var leastBytes = long.MaxValue;
        for (var run = 0; run < 50; run++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Change(1_000);
            leastBytes = Math.Min(leastBytes, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, leastBytes);

        void Change(int times)
        {
            for (var i = 0; i < times; i++)
            {
                cluster.TryReplace(slot, i % 2 == 0 ? other : one, out _);
                _ = cluster.Equilibrium(Demand.Zero).Index;
            }
        }
    }
}
