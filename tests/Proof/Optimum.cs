using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>What the best answer to a book is worth, by looking at every price; independent of any mechanism's code.</summary>
internal static class Optimum
{
    /// <summary>
    /// The most that one price can clear: at each named price the least cut of the graph of who may trade with whom, which is
    /// all demand, all supply, or everything but what one member could only trade with herself.
    /// </summary>
    public static BigInteger Volume(IReadOnlyCollection<Order> book)
    {
        var best = BigInteger.Zero;
        foreach (var price in book.Select(order => order.Price).Distinct())
        {
            var (demand, supply) = (BigInteger.Zero, BigInteger.Zero);
            var own = new Dictionary<MemberId, BigInteger>();
            foreach (var order in book.Where(order => order.Side == Side.Buy ? order.Price >= price : order.Price <= price))
            {
                demand += order.Side == Side.Buy ? order.Energy.WattHours : 0;
                supply += order.Side == Side.Sell ? order.Energy.WattHours : 0;
                own[order.Member] = own.GetValueOrDefault(order.Member) + order.Energy.WattHours;
            }

            var cut = own.Values.Select(part => demand + supply - part).Append(demand).Append(supply).Min();
            best = BigInteger.Max(best, cut);
        }

        return best;
    }

    /// <summary>
    /// The most that a book's trades can be worth, Σ (buyer's limit − seller's limit) × Wh, if everyone may trade with
    /// everyone: highest buyer with lowest seller, while it is worth something.
    /// </summary>
    public static BigInteger Welfare(IReadOnlyCollection<Order> book)
    {
        var buys = new Queue<Order>(book.Where(order => order.Side == Side.Buy).OrderByDescending(order => order.Price));
        var sells = new Queue<Order>(book.Where(order => order.Side == Side.Sell).OrderBy(order => order.Price));
        var welfare = BigInteger.Zero;
        var (bought, sold) = (0L, 0L);
        while (buys.TryPeek(out var buy) && sells.TryPeek(out var sell) && buy.Price > sell.Price)
        {
            var energy = Math.Min(buy.Energy.WattHours - bought, sell.Energy.WattHours - sold);
            welfare += ((BigInteger)buy.Price.MicroEurPerKWh - sell.Price.MicroEurPerKWh) * energy;
            bought += energy;
            sold += energy;
            if (bought == buy.Energy.WattHours)
            {
                buys.Dequeue();
                bought = 0;
            }

            if (sold == sell.Energy.WattHours)
            {
                sells.Dequeue();
                sold = 0;
            }
        }

        return welfare;
    }

    /// <summary>What a clearing's fills are worth, µEUR/kWh × Wh.</summary>
    public static BigInteger WelfareOf(Clearing clearing) =>
        clearing.Fills.Aggregate(BigInteger.Zero, (sum, fill) =>
            sum + (fill.Order.Side == Side.Buy ? BigInteger.One : BigInteger.MinusOne) * fill.Order.Price.MicroEurPerKWh * fill.Energy.WattHours);
}
