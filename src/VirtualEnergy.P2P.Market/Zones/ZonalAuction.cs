using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>
/// The uniform price over zones (market rules 6 and 7): the flow of the greatest welfare, in whole Wh, and the prices that
/// support it. Welfare is Σ (buyer's limit + premiums − fee − seller's limit) × Wh.
/// </summary>
/// <remarks>
/// Of all flows of that welfare, one of the greatest volume, and of these one that crosses the fewest lines. All sellers of a
/// zone and quality get one price; a seller whom buyers named may get more for what they take. Orders of one zone, quality and
/// preferences form a class and share their marginal level pro rata (rule 4); between classes that tie, the solver's order of
/// zones decides, never the order of arrival. In one zone, without premiums, this is rule 4 exactly.
/// </remarks>
public static class ZonalAuction
{
    /// <summary>Whether anything in the rules or the book tells zones or origins apart; else rule 4 needs no graph.</summary>
    public static bool IsAskedFor(IEnumerable<Order> orders, MarketRules rules) =>
        !rules.Network.IsCopperPlate || orders.Any(order => order.Side == Side.Buy && !order.Preferences.IsNone);

    /// <exception cref="OverflowException">Volume or prices do not fit in 64 bits.</exception>
    /// <exception cref="ArgumentException">
    /// An energy that is not positive; a fee or premium that is negative or off tick; a member who would trade with herself.
    /// </exception>
    public static Clearing Clear(IEnumerable<Order> orders, MarketRules rules)
    {
        var ladder = Ladder.Of(orders);
        CheckTicks(ladder, rules);
        if (Int128.Min(Total(ladder.Buys), Total(ladder.Sells)) >= long.MaxValue)
        {
            throw new OverflowException("The volume may not fit in 64 bits of Wh.");
        }

        var graph = new ZoneGraph(ladder, rules.Network);
        var flow = NetworkSimplex.Solve(graph.Nodes, graph.Arcs, graph.SolverCost());
        var fills = graph.Buyers.Concat(graph.Sellers).ToDictionary(
            @class => @class,
            @class => Allocation.Fill(@class.Orders.AsSpan(), @class.Levels.Sum(level => flow[level])),
            (IEqualityComparer<OrderClass>)ReferenceEqualityComparer.Instance);
        var volume = graph.Buyers.Sum(buyer => fills[buyer].Sum(fill => fill.Energy.WattHours));
        if (volume == 0)
        {
            return Clearing.Nothing;
        }

        var (prices, interval) = ZonePricing.Of(graph, flow, rules);
        var lots = ZoneLots.Of(graph, flow, prices, fills, rules.Network);
        foreach (var lot in lots)
        {
            if (SelfTradeLimit.FirstBreach(lot.Fills, Total(lot.Fills)) is { } member)
            {
                throw new ArgumentException($"{member} would have to trade with herself: with zones or premiums, a member's buys must stand below her sells.", nameof(orders));
            }
        }

        var price = MeanPrice(lots, volume, rules);
        var onePrice = lots.All(lot => lot.BuyerPrice == price && lot.Price == price);
        return new Clearing(price, onePrice ? interval : null, new Energy(volume), InOrder(ladder, fills.Values.SelectMany(part => part)))
        {
            Lots = lots,
            ZonePrices = PricesOf(lots),
        };
    }

    private static void CheckTicks(Ladder ladder, MarketRules rules)
    {
        rules.RequireFeesOnTick();
        foreach (var order in ladder.Buys)
        {
            var wish = order.Preferences;
            if (new[] { wish.GreenPremium, wish.LocalPremium, wish.PartnerPremium }.Any(premium => premium < default(Price) || !rules.IsOnTick(premium)))
            {
                throw new ArgumentException($"A premium is a multiple of the tick and not negative; {order.Member} has {wish}.", nameof(ladder));
            }
        }
    }

    /// <summary>The price that stands for the round: what a Wh sold for on average, to the nearest tick, half up.</summary>
    private static Price MeanPrice(ImmutableArray<Lot> lots, long volume, MarketRules rules)
    {
        var sum = lots.Aggregate(Int128.Zero, (total, lot) => total + (Int128)lot.Price.MicroEurPerKWh * (long)Total(lot.Fills));
        var unit = (Int128)2 * volume * rules.TickMicroEurPerKWh;
        var (quotient, remainder) = Int128.DivRem(2 * sum + unit / 2, unit);
        return new Price((long)(remainder < 0 ? quotient - 1 : quotient) * rules.TickMicroEurPerKWh);
    }

    private static ImmutableArray<Fill> InOrder(Ladder ladder, IEnumerable<Fill> fills)
    {
        var filled = fills.ToDictionary(fill => fill.Order, fill => fill, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        return [.. ladder.Buys.Concat(ladder.Sells).Where(filled.ContainsKey).Select(order => filled[order])];
    }

    private static ImmutableArray<ZonePrice> PricesOf(ImmutableArray<Lot> lots)
    {
        var prices = new SortedDictionary<ZoneId, ZonePrice>();
        foreach (var lot in lots)
        {
            foreach (var (order, _) in lot.Fills)
            {
                var known = prices.GetValueOrDefault(order.Zone, new ZonePrice(order.Zone, null, null, null));
                prices[order.Zone] = order.Side == Side.Buy ? known with { Delivered = Least(known.Delivered, lot.BuyerPrice) }
                    : order.IsGreen ? known with { Green = Least(known.Green, lot.Price) }
                    : known with { Grey = Least(known.Grey, lot.Price) };
            }
        }

        return [.. prices.Values];
    }

    private static Price Least(Price? known, Price price) => known is { } other ? Price.Min(other, price) : price;

    private static Int128 Total(ImmutableArray<Order> orders) => orders.Aggregate(Int128.Zero, (sum, order) => sum + order.Energy.WattHours);

    private static Int128 Total(ImmutableArray<Fill> fills) =>
        fills.Aggregate(Int128.Zero, (sum, fill) => fill.Order.Side == Side.Buy ? sum + fill.Energy.WattHours : sum);
}
