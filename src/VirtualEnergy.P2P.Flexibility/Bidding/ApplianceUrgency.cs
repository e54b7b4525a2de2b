using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>
/// The most a waiting appliance pays for its first period: from a fifth of the way between the supplier's prices when it is
/// loaded, rising evenly to the import price at its latest start, where it runs at any price.
/// </summary>
public static class ApplianceUrgency
{
    private const int PatientPermille = 200;

    public static Price Limit(ShiftableControlSpace space, SupplierPrices supplier, MarketRules rules)
    {
        var spread = Math.Max(0, supplier.Import.MicroEurPerKWh - supplier.Export.MicroEurPerKWh);
        var window = Math.Max(1, space.LatestStart.Index - space.EarliestStart.Index);
        var waited = Math.Clamp(space.Period.Index - space.EarliestStart.Index, 0, window);
        var permille = PatientPermille + (1000 - PatientPermille) * waited / window;
        return Tick.Down(supplier.Export.MicroEurPerKWh + spread * permille / 1000, rules);
    }
}
