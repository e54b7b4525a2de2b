using CsCheck;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

public sealed class ObjectiveAgentTests
{
    private static readonly MarketBasis Basis = CurveGens.Eleven;

    [Fact]
    public void Set_point_is_the_same_as_a_target_for_the_agents() =>
        Gen.Select(CurveGens.On(Basis), CurveGens.Targets).Sample((curve, setPoint) =>
            Assert.Equal(Equilibrium.Of(curve, setPoint), ObjectiveAgent.SetPoint(Basis, setPoint).Equilibrium(curve, new Period(1))), iter: 5_000);

    [Fact]
    public void Cluster_follows_its_schedule_and_balances_itself_otherwise()
    {
        var cluster = CurveGens.Curve(Basis, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5);
        var objective = ObjectiveAgent.SetPoints(Basis, [new(new Period(7), CurveGens.Watts(3)), new(new Period(8), CurveGens.Watts(-4))]);
        Assert.Equal([5, 2, 9, 5], new long[] { 6, 7, 8, 9 }.Select(period => objective.Equilibrium(cluster, new Period(period)).Index));
    }

    [Fact]
    public void Objective_may_depend_on_the_price()
    {
        // Takes 2 W up to price 4 beside the cluster's own demand: 2 + 0 … the sum 7, 6, 5, 4, 3, 0, … is zero at 5.
        var cluster = CurveGens.Curve(Basis, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5);
        var curve = CurveGens.Curve(Basis, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0);
        var objective = ObjectiveAgent.Curves([new(new Period(1), curve.Shifted(CurveGens.Watts(1)))], curve);
        Assert.Equal((6, 5), (objective.Equilibrium(cluster, new Period(1)).Index, objective.Equilibrium(cluster, new Period(2)).Index));
        Assert.Throws<ArgumentException>(() => ObjectiveAgent.Curves([new(new Period(1), DemandCurve.Flat(MarketBasis.Create(2, 0, 1), Demand.Zero))], curve));
    }
}
