using CsCheck;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

public sealed class EquilibriumTests
{
    [Fact]
    public void Search_and_reference_find_the_same_price() =>
        Gen.Select(CurveGens.Any, CurveGens.Targets).Sample(
            (curve, target) => Assert.Equal(ReferenceEquilibrium.Of(curve, target), Equilibrium.Of(curve, target)), iter: 50_000);

    [Fact]
    public void Price_lies_in_the_basis_and_its_step_is_the_nearest() =>
        Gen.Select(CurveGens.Any, CurveGens.Targets).Sample((curve, target) =>
        {
            var found = Equilibrium.Of(curve, target);
            Assert.True(curve.Basis.Contains(found.PriceOn(curve.Basis)));
            Assert.InRange(found.Index, found.Left, found.Right);

            // |index − position| ≤ ½, without fractions.
            var (numerator, denominator) = found.Position;
            Assert.True(2 * Int128.Abs(found.Index * denominator - numerator) <= denominator);
        }, iter: 20_000);

    [Fact]
    public void A_higher_target_never_has_a_higher_price() =>
        Gen.Select(CurveGens.Any, CurveGens.Targets, CurveGens.Targets).Sample((curve, one, other) =>
        {
            // Targets closer than twice the smallest difference may share steps that count as equal.
            var (low, high) = one <= other ? (one, other) : (other, one);
            Assert.True((high - low).NanoWatts < 2_000 || Equilibrium.Of(curve, low).PriceOn(curve.Basis) >= Equilibrium.Of(curve, high).PriceOn(curve.Basis));
        }, iter: 20_000);

    [Fact]
    public void Crossing_divides_the_gap_in_the_ratio_of_the_distances()
    {
        // 3453 W at step 24 and −788 W at step 25: 24 + 3453/4241.
        var found = Equilibrium.Of(CurveGens.Curve(MarketBasis.Create(26, 0, 25), [.. Enumerable.Repeat(3453L, 25), -788]), Demand.Zero);
        Assert.Equal(EquilibriumKind.Crossing, found.Kind);
        Assert.Equal((24, 25), (found.Left, found.Right));
        Assert.Equal(3453 * (Int128)found.Denominator, 4241 * (Int128)found.Numerator);
        Assert.Equal(25, found.Index);
    }

    [Fact]
    public void Exactly_between_two_steps_the_upper_one_is_the_nearest()
    {
        var found = Equilibrium.Of(CurveGens.Curve(MarketBasis.Create(2, 0, 1), 5, -5), Demand.Zero);
        Assert.Equal(1, found.Index);

        // Half of one unit, half up.
        Assert.Equal(1, found.PriceOn(MarketBasis.Create(2, 0, 1)));
    }

    [Fact]
    public void Less_than_a_microwatt_from_the_target_is_on_it()
    {
        var basis = MarketBasis.Create(3, 0, 2);
        Assert.Equal(EquilibriumKind.Balanced, Of(999).Kind);
        Assert.Equal(EquilibriumKind.Crossing, Of(1_000).Kind);
        Equilibrium Of(long middle) => Equilibrium.Of(DemandCurve.Create(basis, [new Demand(2_000_000), new Demand(middle), new Demand(-2_000_000)]), Demand.Zero);
    }

    [Theory]
    [InlineData(5, 0)] // above every demand: minimum
    [InlineData(-5, 100)] // below every demand: maximum
    [InlineData(0, 50)] // on it: the middle
    public void One_price_step_stands_for_all_prices(long target, long price)
    {
        var basis = MarketBasis.Create(1, 0, 100);
        Assert.Equal(price, Equilibrium.Of(CurveGens.Curve(basis, 0), CurveGens.Watts(target)).PriceOn(basis));
    }

    [Fact]
    public void Largest_sums_and_targets_do_not_overflow()
    {
        var basis = MarketBasis.Create(2, -MarketBasis.MaxPrice, MarketBasis.MaxPrice);
        var found = Equilibrium.Of([Demand.MaxOfSum, -Demand.MaxOfSum + new Demand(1)], Demand.Zero);
        Assert.Equal(1, found.Index);
        Assert.Equal(0, found.PriceOn(basis));
        Assert.Equal(EquilibriumKind.AllSupply, Equilibrium.Of([Demand.Zero], Demand.MaxOfSum).Kind);
        Assert.Equal(EquilibriumKind.AllDemand, Equilibrium.Of([Demand.Zero], -Demand.MaxOfSum).Kind);
    }
}
