using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>
/// One round of one mechanism, and what the community's meters then read. Integers: Wh, µEUR, and for welfare nEUR, which is what
/// µEUR/kWh × Wh gives.
/// </summary>
/// <param name="Period">The period of delivery.</param>
/// <param name="Orders">Steps in the book.</param>
/// <param name="Volume">Bought = sold in the local market.</param>
/// <param name="Trades">Pairs of one buyer and one seller.</param>
/// <param name="Price">The price that stands for the round, as the mechanism defines it; null when nothing traded.</param>
/// <param name="BuyersPay">What leaves the buyers for their trades, spread included, charges not.</param>
/// <param name="SellersGet">What reaches the sellers.</param>
/// <param name="Split">Who has which part of the gain from trade.</param>
/// <param name="SupplierImport">Bought from the supplier after trading.</param>
/// <param name="SupplierExport">Sold to the supplier after trading.</param>
/// <param name="SupplierCost">Paid to the supplier less what it paid.</param>
/// <param name="Consumption">Loads and appliances.</param>
/// <param name="Production">Photovoltaics, less what was curtailed.</param>
/// <param name="Stored">In all batteries at the end of the period.</param>
public readonly record struct PeriodResult(
    Period Period,
    int Orders,
    Energy Volume,
    int Trades,
    Price? Price,
    Money BuyersPay,
    Money SellersGet,
    WelfareSplit Split,
    Energy SupplierImport,
    Energy SupplierExport,
    Money SupplierCost,
    Energy Consumption,
    Energy Production,
    Energy Stored);

/// <summary>Welfare and who has it, nEUR. Buyers + sellers + market account = achieved, exactly.</summary>
/// <param name="Optimum">The most that the book's trades could be worth.</param>
/// <param name="Achieved">What they are worth by the limits of those who traded.</param>
/// <param name="Buyers">Σ limit × energy less all that buyers pay.</param>
/// <param name="Sellers">All that sellers get less Σ limit × energy.</param>
/// <param name="MarketAccount">Spread and charges, which belong to the community as a whole.</param>
public readonly record struct WelfareSplit(long Optimum, long Achieved, long Buyers, long Sellers, long MarketAccount)
{
    public static WelfareSplit operator +(WelfareSplit a, WelfareSplit b) => new(
        a.Optimum + b.Optimum, a.Achieved + b.Achieved, a.Buyers + b.Buyers, a.Sellers + b.Sellers, a.MarketAccount + b.MarketAccount);
}
