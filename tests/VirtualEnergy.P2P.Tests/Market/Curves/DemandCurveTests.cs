using CsCheck;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

public sealed class DemandCurveTests
{
    private static readonly MarketBasis Five = MarketBasis.Create(5, -1, 7);

    [Fact]
    public void Faulty_curves_are_refused_with_their_reason()
    {
        Assert.Equal("length", FaultOf(1, 1, 1, 1));
        Assert.Equal("increasing", FaultOf(1, 1, 1, 2, 2));
        Assert.Equal("out-of-range", FaultOf(1_000_000_001, 1, 1, 1, 1));
        Assert.Equal("out-of-range", FaultOf(1, 1, 1, 1, -1_000_000_001));
        Assert.Null(FaultOf(1_000_000_000, 1, 1, 0, -1_000_000_000));
    }

    [Fact]
    public void Faulty_point_curves_are_refused_with_their_reason()
    {
        Assert.Equal("no-points", PointFaultOf());
        Assert.Equal("price-out-of-range", PointFaultOf(new PricePoint(8, Demand.Zero)));
        Assert.Equal("price-out-of-range", PointFaultOf(new PricePoint(-2, Demand.Zero)));
        Assert.Equal("increasing", PointFaultOf(new PricePoint(0, Demand.Zero), new PricePoint(5, new Demand(1))));
        Assert.Equal("out-of-range", PointFaultOf(new PricePoint(0, Demand.MaxOfCurve + new Demand(1))));
    }

    [Fact]
    public void Faulty_bases_are_refused_with_their_reason()
    {
        Assert.Equal("price-steps", BasisFault(0, 0, 1));
        Assert.Equal("price-steps", BasisFault(MarketBasis.MaxPriceSteps + 1, 0, 1));
        Assert.Equal("maximum-price", BasisFault(2, 1, 1));
        Assert.Equal("price-out-of-range", BasisFault(2, 0, MarketBasis.MaxPrice + 1));

        static string BasisFault(int steps, long low, long high)
        {
            Assert.False(MarketBasis.TryCreate(steps, low, high, out _, out var fault));
            return fault.Code();
        }
    }

    [Fact]
    public void Every_fault_has_a_code_of_its_own()
    {
        var codes = Enum.GetValues<CurveFault>().Select(fault => fault.Code()).ToList();
        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Fact]
    public void Step_of_a_price_is_the_nearest_and_a_tie_goes_up()
    {
        // Steps of 2 from −1: −1, 1, 3, 5, 7. 0 lies exactly between −1 and 1.
        Assert.Equal([0, 1, 1, 2, 2, 3, 3, 4, 4], Enumerable.Range(-1, 9).Select(price => Five.IndexOf(price)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Five.IndexOf(8));
    }

    [Fact]
    public void Price_of_a_step_leads_back_to_the_step() =>
        Gen.Select(Gen.Int[1, 2_000], Gen.Long[-MarketBasis.MaxPrice, MarketBasis.MaxPrice / 2], Gen.Long[10_000, MarketBasis.MaxPrice / 2])
            .Sample((steps, low, range) =>
            {
                var basis = MarketBasis.Create(steps, low, low + range);
                return Enumerable.Range(0, steps).All(step => basis.IndexOf(basis.PriceOf(step)) == step);
            }, iter: 200);

    [Fact]
    public void Points_at_one_price_are_a_step_and_the_lower_demand_holds_there()
    {
        // Prices 0 to 4; the step at 2.
        var basis = MarketBasis.Create(5, 0, 4);
        var curve = DemandCurve.Create(basis, [new PricePoint(2, CurveGens.Watts(-3)), new PricePoint(2, CurveGens.Watts(9))]);
        Assert.Equal(CurveGens.Curve(basis, 9, 9, -3, -3, -3), curve);
    }

    [Fact]
    public void Interpolated_demand_is_within_half_a_nanowatt_of_the_line() =>
        Gen.Select(CurveGens.Bases, Gen.Long[0, 1_000_000], Gen.Long[0, 1_000_000], Gen.Long[-1_000, 1_000], Gen.Long[0, 1_000]).Sample((basis, a, b, top, fall) =>
        {
            var range = basis.MaximumPrice - basis.MinimumPrice;
            var low = basis.MinimumPrice + Math.Min(a, b) % (range + 1);
            var high = basis.MinimumPrice + Math.Max(a, b) % (range + 1);
            if (low >= high)
            {
                return;
            }

            var curve = DemandCurve.Create(basis, [new PricePoint(high, new Demand(top - fall)), new PricePoint(low, new Demand(top))]);
            for (var step = 0; step < basis.PriceSteps; step++)
            {
                // In exact decimals: 28 digits are plenty for these sizes.
                var price = basis.MinimumPrice + (basis.PriceSteps == 1 ? 0 : (decimal)range * step / (basis.PriceSteps - 1));
                var line = Math.Clamp(top - fall * (price - low) / (high - low), top - fall, top);
                Assert.True(Math.Abs(curve[step].NanoWatts - line) <= 0.5000001m);
            }
        }, iter: 5_000);

    [Fact]
    public void Widest_curves_are_interpolated_without_overflow()
    {
        var basis = MarketBasis.Create(MarketBasis.MaxPriceSteps, -MarketBasis.MaxPrice, MarketBasis.MaxPrice);
        var curve = DemandCurve.Create(basis, [new PricePoint(basis.MinimumPrice, Demand.MaxOfCurve), new PricePoint(basis.MaximumPrice, -Demand.MaxOfCurve)]);
        Assert.Equal((Demand.MaxOfCurve, -Demand.MaxOfCurve), (curve.Maximum, curve.Minimum));

        // Step 50,000 is ½ step past the middle: 1e18 − 50,000 × 2e18/99,999 nW.
        Assert.Equal(-10_000_100_001_000L, curve[50_000].NanoWatts);
    }

    private static string? FaultOf(params long[] watts) =>
        DemandCurve.TryCreate(Five, [.. watts.Select(CurveGens.Watts)], out _, out var fault) ? null : fault.Code();

    private static string? PointFaultOf(params PricePoint[] points) => DemandCurve.TryCreate(Five, points, out _, out var fault) ? null : fault.Code();
}
