using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;

namespace VirtualEnergy.P2P.Flexibility.Mapping;

/// <summary>
/// Between the curve of a device that bids for itself, W at steps of price, and the home's demand, Wh by price. The device's range of prices is the
/// supplier's: what it gives for energy that nobody takes, to what it asks for energy that nobody gives.
/// </summary>
public static class EnergyCurve
{
    private const long MostSteps = 200;
    private const long NanoWattSecondsPerWattHour = 3600 * Demand.NanoWattsPerWatt;

    /// <summary>The prices at which devices state their demand: on the market's tick.</summary>
    public static MarketBasis BasisOf(SupplierPrices supplier, MarketRules rules)
    {
        var lowest = Tick.Down(Math.Min(supplier.Export.MicroEurPerKWh, supplier.Import.MicroEurPerKWh), rules).MicroEurPerKWh;
        var range = Math.Max(rules.TickMicroEurPerKWh, Math.Max(supplier.Export.MicroEurPerKWh, supplier.Import.MicroEurPerKWh) - lowest);
        var step = Tick.Up((range + MostSteps - 1) / MostSteps, rules).MicroEurPerKWh;
        var gaps = (range + step - 1) / step;
        return MarketBasis.Create((int)gaps + 1, lowest, lowest + gaps * step);
    }

    /// <summary>The demand over a period: each fall of the curve is a slice that is taken up to the price before it.</summary>
    public static Bidding.DemandCurve Of(Market.Curves.DemandCurve curve, PeriodGrid grid)
    {
        var slices = new List<Slice>();
        var taken = InEnergy(curve.Minimum, grid);
        var lowest = taken;
        for (var step = curve.Basis.PriceSteps - 2; step >= 0; step--)
        {
            var energy = InEnergy(curve[step], grid);
            if (energy > taken)
            {
                slices.Add(new Slice(new Price(curve.Basis.PriceOf(step)), energy - taken));
                taken = energy;
            }
        }

        return new Bidding.DemandCurve(lowest, slices);
    }

    /// <summary>The price of the basis at which a device takes what <see cref="Of"/> says it takes at this price: the next one that is not below.</summary>
    public static long PriceOn(MarketBasis basis, Price price)
    {
        var step = (basis.MaximumPrice - basis.MinimumPrice) / Math.Max(1, basis.PriceSteps - 1);
        var above = price.MicroEurPerKWh <= basis.MinimumPrice ? 0 : (price.MicroEurPerKWh - basis.MinimumPrice + step - 1) / step;
        return Math.Min(basis.MaximumPrice, basis.MinimumPrice + above * step);
    }

    private static Energy InEnergy(Demand demand, PeriodGrid grid) =>
        new((long)Math.Round((decimal)demand.NanoWatts * grid.LengthSeconds / NanoWattSecondsPerWattHour, MidpointRounding.AwayFromZero));
}
