using CsCheck;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Tests.Market.Curves;

/// <summary>Hand-made and random curves for the tests of the curve market.</summary>
internal static class CurveGens
{
    /// <summary>Prices 0 to 10 in 11 steps, as in most of PowerMatcher's own tests.</summary>
    public static readonly MarketBasis Eleven = MarketBasis.Create(11, 0, 10);

    public static Demand Watts(long watts) => Demand.FromWatts(watts);

    public static DemandCurve Curve(MarketBasis basis, params long[] watts) => DemandCurve.Create(basis, [.. watts.Select(Watts)]);

    /// <summary>Curves that often are flat, touch the target, or miss it by less than what counts as a difference.</summary>
    public static Gen<DemandCurve> On(MarketBasis basis) =>
        Gen.Select(Gen.Long[-20, 20], Gen.Long[-1_500, 1_500], Gen.OneOf(Gen.Const(0L), Gen.Const(0L), Gen.Long[1, 12], Gen.Long[500, 2_000]).Array[basis.PriceSteps], Gen.Bool)
            .Select((start, dust, falls, small) =>
            {
                var demands = new Demand[basis.PriceSteps];
                var demand = small ? dust : start * Demand.NanoWattsPerWatt;
                for (var i = 0; i < demands.Length; i++)
                {
                    demands[i] = new Demand(demand);
                    demand -= small || falls[i] >= 500 ? falls[i] : falls[i] * Demand.NanoWattsPerWatt;
                }

                return DemandCurve.Create(basis, demands);
            });

    public static readonly Gen<MarketBasis> Bases =
        Gen.Select(Gen.Int[1, 24], Gen.Long[-1_000_000, 1_000_000], Gen.Long[1, 2_000_000]).Select((steps, low, range) => MarketBasis.Create(steps, low, low + range));

    public static readonly Gen<DemandCurve> Any = Bases.SelectMany(On);

    public static readonly Gen<Demand> Targets = Gen.OneOf(Gen.Const(0L), Gen.Long[-20, 20].Select(watts => watts * Demand.NanoWattsPerWatt), Gen.Long[-1_500, 1_500]).Select(nano => new Demand(nano));
}
