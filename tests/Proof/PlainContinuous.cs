using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>The continuous double auction on plain lists, written from its documentation and from nothing else.</summary>
internal static class PlainContinuous
{
    /// <summary>One after another: by bid hash, then member; of one bid the buys first, best price first, larger first.</summary>
    /// <returns>The price is what the seller gets: the resting order's, less the line's fee where that is the buy.</returns>
    public static List<(Order Buy, Order Sell, long Energy, Price Price)> Trades(IEnumerable<Order> book, ZoneNetwork network)
    {
        var trades = new List<(Order, Order, long, Price)>();
        var carried = new Dictionary<(ZoneId Buyer, ZoneId Seller), long>();
        var resting = new List<(Order Order, long Left)>();
        var sequence = book.OrderBy(order => order.Key).ThenBy(order => order.Member).ThenBy(order => order.Side)
            .ThenBy(order => order.Side == Side.Buy ? -order.Price.MicroEurPerKWh : order.Price.MicroEurPerKWh)
            .ThenByDescending(order => order.Energy).ThenBy(order => order.Zone);
        foreach (var incoming in sequence)
        {
            var left = incoming.Energy.WattHours;
            while (left > 0 && Best(resting, incoming, network, carried) is { } at)
            {
                var (order, rest) = resting[at];
                if (order.Member == incoming.Member)
                {
                    resting.RemoveAt(at);
                    continue;
                }

                var (buy, sell) = incoming.Side == Side.Buy ? (incoming, order) : (order, incoming);
                var line = (buy.Zone, sell.Zone);
                var energy = Math.Min(Math.Min(left, rest), Free(line, network, carried));
                carried[line] = network.Capacity(buy.Zone, sell.Zone) is null ? 0 : carried.GetValueOrDefault(line) + energy;
                var price = order.Side == Side.Sell ? order.Price.MicroEurPerKWh : order.Price.MicroEurPerKWh - network.Fee(buy.Zone, sell.Zone).MicroEurPerKWh;
                trades.Add((buy, sell, energy, new Price(price)));
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

    // The best price at the incoming order's own connection; of equals the oldest, which stands first in the list.
    private static int? Best(
        List<(Order Order, long Left)> resting, Order incoming, ZoneNetwork network, Dictionary<(ZoneId Buyer, ZoneId Seller), long> carried)
    {
        (int At, long Cost)? best = null;
        for (var i = 0; i < resting.Count; i++)
        {
            var order = resting[i].Order;
            if (order.Side == incoming.Side)
            {
                continue;
            }

            var (buy, sell) = incoming.Side == Side.Buy ? (incoming, order) : (order, incoming);
            var fee = network.Fee(buy.Zone, sell.Zone).MicroEurPerKWh;
            var cost = incoming.Side == Side.Buy ? order.Price.MicroEurPerKWh + fee : fee - order.Price.MicroEurPerKWh;
            var accepts = incoming.Side == Side.Buy ? cost <= incoming.Price.MicroEurPerKWh : -cost >= incoming.Price.MicroEurPerKWh;
            if (accepts && Free((buy.Zone, sell.Zone), network, carried) > 0 && (best is null || cost < best.Value.Cost))
            {
                best = (i, cost);
            }
        }

        return best?.At;
    }

    private static long Free((ZoneId Buyer, ZoneId Seller) line, ZoneNetwork network, Dictionary<(ZoneId Buyer, ZoneId Seller), long> carried) =>
        network.Capacity(line.Buyer, line.Seller) is { } capacity ? capacity.WattHours - carried.GetValueOrDefault(line) : long.MaxValue;
}
