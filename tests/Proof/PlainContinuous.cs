using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>The continuous double auction on plain lists, written from its documentation and from nothing else.</summary>
internal static class PlainContinuous
{
    /// <summary>One after another: by bid hash, then member; of one bid the buys first, best price first, larger first.</summary>
    public static List<(Order Buy, Order Sell, long Energy, Price Price)> Trades(IEnumerable<Order> book)
    {
        var trades = new List<(Order, Order, long, Price)>();
        var resting = new List<(Order Order, long Left)>();
        var sequence = book.OrderBy(order => order.Key).ThenBy(order => order.Member).ThenBy(order => order.Side)
            .ThenBy(order => order.Side == Side.Buy ? -order.Price.MicroEurPerKWh : order.Price.MicroEurPerKWh)
            .ThenByDescending(order => order.Energy).ThenBy(order => order.Zone);
        foreach (var incoming in sequence)
        {
            var left = incoming.Energy.WattHours;
            while (left > 0 && Best(resting, incoming) is { } at)
            {
                var (order, rest) = resting[at];
                if (order.Member == incoming.Member)
                {
                    resting.RemoveAt(at);
                    continue;
                }

                var energy = Math.Min(left, rest);
                trades.Add(incoming.Side == Side.Buy ? (incoming, order, energy, order.Price) : (order, incoming, energy, order.Price));
                left -= energy;
                resting[at] = (order, rest - energy);
                if (rest == energy)
                {
                    resting.RemoveAt(at);
                }
            }

            if (left > 0)
            {
                resting.Add((incoming, left));
            }
        }

        return trades;
    }

    // The best price that the incoming order accepts; at one price the oldest, which stands first in the list.
    private static int? Best(List<(Order Order, long Left)> resting, Order incoming)
    {
        int? best = null;
        for (var i = 0; i < resting.Count; i++)
        {
            var order = resting[i].Order;
            var accepts = incoming.Side == Side.Buy
                ? order.Side == Side.Sell && order.Price <= incoming.Price
                : order.Side == Side.Buy && order.Price >= incoming.Price;
            if (accepts && (best is null || (incoming.Side == Side.Buy ? order.Price < resting[best.Value].Order.Price : order.Price > resting[best.Value].Order.Price)))
            {
                best = i;
            }
        }

        return best;
    }
}
