using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Bidding;

/// <summary>
/// The prices between which a home trades locally. Outside them its supplier is the better partner: it never pays more than
/// the import price less its margin, and never sells below the export price plus its margin.
/// </summary>
/// <param name="Buy">The most the home pays, on tick.</param>
/// <param name="Sell">The least the home takes, on tick.</param>
public readonly record struct Reservation(Price Buy, Price Sell)
{
    /// <summary>A price, µEUR/kWh, as far as the home trades at it: beyond, its supplier's counts.</summary>
    public double Nearest(double price) => Math.Clamp(price, Math.Min(Sell.MicroEurPerKWh, Buy.MicroEurPerKWh), Buy.MicroEurPerKWh);

    /// <summary>A supplier that asks less than it gives is treated as one that asks what it gives: nobody trades at a loss.</summary>
    public static Reservation Of(SupplierPrices supplier, int marginPermille, MarketRules rules)
    {
        var spread = Math.Max(0, supplier.Import.MicroEurPerKWh - supplier.Export.MicroEurPerKWh);
        var margin = spread * marginPermille / 1000;
        return new Reservation(
            Tick.Down(supplier.Import.MicroEurPerKWh - margin, rules),
            Tick.Up(supplier.Export.MicroEurPerKWh + margin, rules));
    }
}
