using CsCheck;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

public sealed class PeakShavingTests
{
    private static readonly MarketBasis Basis = CurveGens.Eleven;
    private static readonly DemandCurve Falling = CurveGens.Curve(Basis, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5);

    [Fact]
    public void Uncontrolled_flow_takes_its_part_of_the_room()
    {
        // Measured 4 W where the agents were allocated 1: 3 W flow without them, so they have −1 − 3 = −4 to 2 − 3 = −1.
        var uncontrolled = PeakShaving.UncontrolledFlow(CurveGens.Watts(4), CurveGens.Watts(1));
        var sent = new PeakShaving(CurveGens.Watts(-1), CurveGens.Watts(2)).Clip(Falling, uncontrolled);
        Assert.Equal(CurveGens.Curve(Basis, -1, -1, -1, -1, -1, -1, -1, -2, -3, -4, -4), sent);
    }

    [Fact]
    public void Clipped_curve_has_only_demands_that_the_curve_had() =>
        Gen.Select(CurveGens.On(Basis), CurveGens.Targets, CurveGens.Targets, CurveGens.Targets).Sample((curve, one, other, uncontrolled) =>
        {
            var shaving = new PeakShaving(Demand.Min(one, other), Demand.Max(one, other));
            var sent = shaving.Clip(curve, uncontrolled);
            Assert.Equal(Walk(curve, shaving, uncontrolled), sent.Demands.ToArray());
            Assert.Empty(sent.Demands.ToArray().Except(curve.Demands.ToArray()));

            // Where the curve has any demand inside the room, all that is sent is inside.
            if (curve.Demands.ToArray().Any(demand => Inside(demand + uncontrolled)))
            {
                Assert.All(sent.Demands.ToArray(), demand => Assert.True(Inside(demand + uncontrolled)));
            }

            bool Inside(Demand flow) => shaving.Floor <= flow && flow <= shaving.Ceiling;
        }, iter: 20_000);

    [Fact]
    public void Price_search_stops_where_walking_does_and_never_leaves_the_basis() =>
        Gen.Select(CurveGens.On(Basis), CurveGens.On(Basis), Gen.Int[0, 10]).Sample((curve, sent, index) =>
        {
            // Any curve may have been sent, also one that the agents can no longer reach.
            var found = PeakShaving.PriceFor(curve, sent, index);
            var walked = index;
            while (curve[walked] > sent[index] && walked < 10)
            {
                walked++;
            }

            if (curve[index] < sent[index])
            {
                while (curve[walked] < sent[index] && walked > 0)
                {
                    walked--;
                }
            }

            Assert.Equal(walked, found);
        }, iter: 20_000);

    [Fact]
    public void Floor_above_the_ceiling_is_refused() =>
        Assert.Throws<ArgumentException>(() => new PeakShaving(CurveGens.Watts(2), CurveGens.Watts(1)));

    /// <summary>The rule as PowerMatcher writes it: add the flow, clip above, clip below, take the flow away.</summary>
    private static Demand[] Walk(DemandCurve curve, PeakShaving shaving, Demand uncontrolled)
    {
        var flow = curve.Demands.ToArray().Select(demand => demand + uncontrolled).ToArray();
        var start = Array.FindIndex(flow, demand => demand <= shaving.Ceiling);
        if (start < 0)
        {
            Array.Fill(flow, flow[^1]);
        }
        else
        {
            Array.Fill(flow, flow[start], 0, start);
            var end = Array.FindLastIndex(flow, demand => demand >= shaving.Floor);
            Array.Fill(flow, flow[Math.Max(end, 0)], end + 1, flow.Length - end - 1);
        }

        return [.. flow.Select(demand => demand - uncontrolled)];
    }
}
