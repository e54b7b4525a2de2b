using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>What a plant that can be curtailed does as a function of price.</summary>
public static class CurtailmentDemand
{
    /// <summary>Where even the supplier would be paid to take energy, production stops below a price of zero.</summary>
    /// <param name="produced">What the plant gives, Wh ≥ 0.</param>
    /// <param name="supplier">What energy brings that nobody bought.</param>
    /// <returns>The energy that is not produced, from none at zero up.</returns>
    public static DemandCurve Of(Energy produced, SupplierPrices supplier, MarketRules rules) =>
        produced > Energy.Zero && supplier.Export.MicroEurPerKWh < 0
            ? new DemandCurve(Energy.Zero, [new Slice(Tick.Before(default, rules), produced)])
            : DemandCurve.Constant(Energy.Zero);
}
