using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>
/// The most that the trades of a book can be worth, Σ (buyer's limit − seller's limit) × Wh: highest buyer with lowest seller,
/// while that is worth something. nEUR (µEUR/kWh × Wh).
/// </summary>
/// <remarks>Every buy limit of a home's bid is below its sell limits, so that the best pairs never join a home with itself.</remarks>
public static class BookOptimum
{
    public static long Welfare(IReadOnlyCollection<Order> book)
    {
        var buys = book.Where(order => order.Side == Side.Buy).OrderByDescending(order => order.Price).ToArray();
        var sells = book.Where(order => order.Side == Side.Sell).OrderBy(order => order.Price).ToArray();
        var (welfare, bought, sold) = (0L, 0L, 0L);
        for (int buy = 0, sell = 0; buy < buys.Length && sell < sells.Length && buys[buy].Price > sells[sell].Price;)
        {
            var energy = Math.Min(buys[buy].Energy.WattHours - bought, sells[sell].Energy.WattHours - sold);
            welfare += (buys[buy].Price.MicroEurPerKWh - sells[sell].Price.MicroEurPerKWh) * energy;
            (bought, sold) = (bought + energy, sold + energy);
            if (bought == buys[buy].Energy.WattHours)
            {
                (buy, bought) = (buy + 1, 0);
            }

            if (sold == sells[sell].Energy.WattHours)
            {
                (sell, sold) = (sell + 1, 0);
            }
        }

        return welfare;
    }
}
