using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using Xunit;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

public sealed class StepCurveTests
{
    private static readonly MarketBasis Basis = MarketBasis.Create(6, 0, 500);

    [Fact]
    public void Bid_takes_what_its_limits_allow_at_each_price()
    {
        // 3 Wh up to 100 and 1 Wh up to 200; sells 2 Wh from 400. A Wh in a quarter of an hour is 4 W.
        var bid = BidOf([(200, 1), (100, 3)], [(400, 2)]);
        Assert.Equal(CurveGens.Curve(Basis, 16, 16, 4, 0, -8, -8), StepCurve.Of(bid, Basis, 900));
    }

    [Fact]
    public void Limit_between_two_prices_counts_only_where_it_holds() =>
        Assert.Equal(CurveGens.Curve(Basis, 4, 4, 0, 0, -4, -4), StepCurve.Of(BidOf([(150, 1)], [(350, 1)]), Basis, 900));

    [Fact]
    public void Limits_outside_the_basis_count_at_every_price_or_at_none() =>
        Assert.Equal(CurveGens.Curve(Basis, 4, 4, 4, 4, 4, 4), StepCurve.Of(BidOf([(900, 1), (-100, 1)], [(901, 1)]), Basis, 900));

    [Fact]
    public void Community_has_a_step_for_each_tick_from_floor_to_cap()
    {
        // (4,000,000 + 500,000) / 100 + 1.
        var basis = StepCurve.BasisOf(MarketRules.Default);
        Assert.Equal((45_001, -500_000L, 4_000_000L), (basis.PriceSteps, basis.MinimumPrice, basis.MaximumPrice));
        Assert.Equal(250_000, basis.PriceOf(7_500));
        Assert.Throws<ArgumentException>(() => StepCurve.BasisOf(MarketRules.Default with { TickMicroEurPerKWh = 7 }));
        Assert.Throws<ArgumentException>(() => StepCurve.BasisOf(MarketRules.Default with { TickMicroEurPerKWh = 1 }));
    }

    [Fact]
    public void More_than_a_curve_may_state_is_refused() =>
        Assert.Throws<ArgumentException>(() => StepCurve.Of(BidOf([(200, long.MaxValue)], []), Basis, 900));

    private static Bid BidOf((long Price, long Energy)[] buy, (long Price, long Energy)[] sell) =>
        new(new MemberId("anna"), new Period(1), 1, [.. buy.Select(StepOf)], [.. sell.Select(StepOf)]);

    private static Step StepOf((long Price, long Energy) step) => new(new Price(step.Price), new Energy(step.Energy));
}
