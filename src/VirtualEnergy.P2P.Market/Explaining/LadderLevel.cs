using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Explaining;

/// <summary>All orders of a book at one limit.</summary>
/// <param name="Bought">Wh that buyers want at this limit.</param>
/// <param name="BoughtFilled">Wh of that which they got.</param>
/// <param name="Sold">Wh that sellers offer at this limit.</param>
/// <param name="SoldFilled">Wh of that which they sold.</param>
public readonly record struct LadderLevel(Price Price, Int128 Bought, Int128 BoughtFilled, Int128 Sold, Int128 SoldFilled)
{
    /// <returns>Highest price first.</returns>
    public static ImmutableArray<LadderLevel> Of(IEnumerable<Order> orders, Clearing clearing)
    {
        var levels = new SortedDictionary<Price, LadderLevel>();
        foreach (var order in orders)
        {
            var level = levels.GetValueOrDefault(order.Price, new LadderLevel(order.Price, 0, 0, 0, 0));
            levels[order.Price] = order.Side == Side.Buy
                ? level with { Bought = level.Bought + order.Energy.WattHours }
                : level with { Sold = level.Sold + order.Energy.WattHours };
        }

        foreach (var (order, energy) in clearing.Fills)
        {
            var level = levels[order.Price];
            levels[order.Price] = order.Side == Side.Buy
                ? level with { BoughtFilled = level.BoughtFilled + energy.WattHours }
                : level with { SoldFilled = level.SoldFilled + energy.WattHours };
        }

        return [.. levels.Values.Reverse()];
    }
}
