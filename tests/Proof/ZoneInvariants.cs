using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>What clearings over zones owe beside <see cref="ClearingInvariants"/>: checked from book, answer and network alone.</summary>
internal static class ZoneInvariants
{
    /// <summary>Σ (limit + premiums that the lot earned − fee − limit) × Wh, µEUR/kWh × Wh.</summary>
    public static Int128 Welfare(Clearing clearing) => clearing.Lots.Aggregate(Int128.Zero, (sum, lot) => lot.Fills.Aggregate(sum, (part, fill) => part
        + (Int128)fill.Energy.WattHours * (fill.Order.Side == Side.Buy ? ValueIn(lot, fill.Order) - lot.GridFee.MicroEurPerKWh : -fill.Order.Price.MicroEurPerKWh)));

    /// <summary>Wh that came from another zone than where they went to.</summary>
    public static long Crossed(Clearing clearing) => clearing.Lots.Where(lot => Buy(lot).Zone != Sell(lot).Zone).Sum(Bought);

    /// <summary>
    /// What holds for every mechanism that honours a network: the pair's own fee, no line beyond its limit, and an origin that is as the
    /// lot says.
    /// </summary>
    /// <returns>The first thing that is broken, in words; null when all holds.</returns>
    public static string? BrokenLine(Clearing clearing, ZoneNetwork network)
    {
        foreach (var lot in clearing.Lots)
        {
            if (lot.Fills.GroupBy(fill => fill.Order.Side).Any(side => side.Select(fill => fill.Order.Zone).Distinct().Count() > 1))
            {
                return "a lot goes over two lines";
            }

            if (lot.GridFee != network.Fee(Buy(lot).Zone, Sell(lot).Zone))
            {
                return $"a grid fee of {lot.GridFee} where the line's is {network.Fee(Buy(lot).Zone, Sell(lot).Zone)}";
            }

            var sells = lot.Fills.Where(fill => fill.Order.Side == Side.Sell).Select(fill => fill.Order);
            var buys = lot.Fills.Where(fill => fill.Order.Side == Side.Buy).Select(fill => fill.Order);
            if ((lot.Quality.HasFlag(Quality.Green) && !sells.All(sell => sell.IsGreen))
                || (lot.Quality.HasFlag(Quality.Local) && Buy(lot).Zone != Sell(lot).Zone)
                || (lot.Quality.HasFlag(Quality.Partner) && !sells.All(sell => buys.All(buy => buy.Preferences.Partner == sell.Member)))
                || (lot.Quality != Quality.None && network.Capacity(Buy(lot).Zone, Sell(lot).Zone) is not null))
            {
                return $"a lot claims to be {lot.Quality}";
            }
        }

        return clearing.Lots.GroupBy(lot => (Buyer: Buy(lot).Zone, Seller: Sell(lot).Zone))
            .Where(line => line.Aggregate(Int128.Zero, (sum, lot) => sum + Bought(lot)) > (network.Capacity(line.Key.Buyer, line.Key.Seller)?.WattHours ?? long.MaxValue))
            .Select(line => $"the line from {line.Key.Seller} to {line.Key.Buyer} carries more than its limit").FirstOrDefault();
    }

    /// <summary>
    /// What holds where a price is the zone's: rent over full lines only, one price for every seller of a zone and quality (a named
    /// partner may get more), and nobody who would rather trade more, less, or elsewhere at these prices.
    /// </summary>
    /// <returns>The first thing that is broken, in words; null when all holds.</returns>
    public static string? BrokenPrice(IReadOnlyCollection<Order> book, Clearing clearing, ZoneNetwork network)
    {
        foreach (var line in clearing.Lots.GroupBy(lot => (Buyer: Buy(lot).Zone, Seller: Sell(lot).Zone)))
        {
            var full = network.Capacity(line.Key.Buyer, line.Key.Seller) is { } capacity && line.Sum(Bought) == capacity.WattHours;
            if (!full && line.Any(lot => lot.Spread != default))
            {
                return $"rent over the line from {line.Key.Seller} to {line.Key.Buyer}, which is not full";
            }
        }

        var pools = clearing.Lots.Where(lot => !lot.Quality.HasFlag(Quality.Partner))
            .SelectMany(lot => lot.Fills.Where(fill => fill.Order.Side == Side.Sell).Select(fill => (fill.Order.Zone, fill.Order.IsGreen, lot.Price))).Distinct().ToList();
        if (pools.Select(pool => (pool.Zone, pool.IsGreen)).Distinct().Count() != pools.Count)
        {
            return "two prices in one zone for one quality";
        }

        var filled = clearing.Fills.ToDictionary(fill => fill.Order, fill => fill.Energy, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        foreach (var order in book)
        {
            var rest = order.Energy - filled.GetValueOrDefault(order);
            if (order.Side == Side.Sell)
            {
                if (rest > Energy.Zero && pools.Any(pool => pool.Zone == order.Zone && pool.IsGreen == order.IsGreen && pool.Price > order.Price))
                {
                    return $"a sell at {order.Price} is left over in a zone that pays more";
                }

                continue;
            }

            // What the order gains a kWh where it is filled, and nothing where a rest is not.
            var gains = clearing.Lots.Where(lot => lot.Fills.Any(fill => ReferenceEquals(fill.Order, order))).Select(lot => ValueIn(lot, order) - lot.BuyerPrice.MicroEurPerKWh);
            var least = (rest > Energy.Zero ? gains.Append(0) : gains).Min();
            foreach (var pool in pools.Where(pool => network.Capacity(order.Zone, pool.Zone) is null))
            {
                var origin = (pool.IsGreen ? Quality.Green : 0) | (pool.Zone == order.Zone ? Quality.Local : 0);
                if (order.Price.MicroEurPerKWh + order.Preferences.Earned(origin).MicroEurPerKWh - network.Fee(order.Zone, pool.Zone).MicroEurPerKWh - pool.Price.MicroEurPerKWh > least)
                {
                    return $"a buy at {order.Price} would gain more from zone {pool.Zone}";
                }
            }
        }

        return null;
    }

    private static long ValueIn(Lot lot, Order buy) => buy.Price.MicroEurPerKWh + buy.Preferences.Earned(lot.Quality).MicroEurPerKWh;

    private static long Bought(Lot lot) => lot.Fills.Where(fill => fill.Order.Side == Side.Buy).Sum(fill => fill.Energy.WattHours);

    private static Order Buy(Lot lot) => lot.Fills.First(fill => fill.Order.Side == Side.Buy).Order;

    private static Order Sell(Lot lot) => lot.Fills.First(fill => fill.Order.Side == Side.Sell).Order;
}
