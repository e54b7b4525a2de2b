using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Rounds;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>
/// Fees between zones for mechanisms in which nobody may have a say in her own price: every trade is made as if it bore the network's
/// dearest fee; it pays the fee of its own pair of zones, and the rest is the community's.
/// </summary>
/// <remarks>
/// <para>
/// Our convention. The dearest fee stands in the network and in no bid, so all sell limits are moved by one constant and what is true of
/// the mechanism in one place stays true: who is better off by the truth there is so here, buyers and sellers trade no worse than at
/// their limits, and the community never pays. What is lost are trades that gain less than the dearest fee, local ones too.
/// </para>
/// <para>
/// The welfare optimum over zones less its marginal orders (Babaioff, Nisan, Pavlov, "Mechanisms for a spatially distributed market", EC 2004)
/// loses less, but it is stated for orders of one unit: of longer steps, what is left on either side need not fit along the lines that the
/// prices allow. Limits on lines are refused: who gets a scarce line would be a second auction.
/// </para>
/// </remarks>
internal static class DearestFee
{
    /// <param name="orders">Any number, in any order.</param>
    /// <param name="rules">With the network.</param>
    /// <param name="kind">Whose name a refusal bears.</param>
    /// <param name="inOnePlace">The mechanism on a copper plate.</param>
    /// <exception cref="ArgumentException">A line has a limit, or a fee off tick.</exception>
    /// <exception cref="OverflowException">A limit and the fee do not fit in 64 bits together.</exception>
    public static Clearing Clear(
        IReadOnlyCollection<Order> orders, MarketRules rules, MechanismKind kind, Func<IReadOnlyCollection<Order>, MarketRules, Clearing> inOnePlace)
    {
        if (rules.Network.IsCopperPlate)
        {
            return inOnePlace(orders, rules);
        }

        rules.RequireFeesOnTick();
        rules.Network.RequireNoLimits(kind.Code());
        var dearest = rules.Network.Lines.Max(line => line.Fee);
        var stated = new Dictionary<Order, Order>(orders.Count, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        foreach (var order in orders)
        {
            stated.Add(order.Side == Side.Sell ? order with { Price = Plus(order.Price, dearest) } : order with { }, order);
        }

        var clearing = inOnePlace(stated.Keys, rules with { Network = ZoneNetwork.CopperPlate });
        ImmutableArray<Lot> lots = [.. clearing.Lots.SelectMany(lot => PairByPair(lot, dearest, stated, rules.Network))];
        return clearing with
        {
            Price = MeanPrice.Of(lots, rules),
            Fills = [.. clearing.Fills.Select(fill => fill with { Order = stated[fill.Order] })],
            Lots = lots,
        };
    }

    private static IEnumerable<Lot> PairByPair(Lot lot, Price dearest, Dictionary<Order, Order> stated, ZoneNetwork network)
    {
        List<Fill> buys = [.. lot.Fills.Where(fill => fill.Order.Side == Side.Buy)], sells = [.. lot.Fills.Where(fill => fill.Order.Side == Side.Sell)];
        var gets = Minus(lot.Price, dearest);
        foreach (var pair in Pairing.Match([.. buys.Select(ToClaim)], [.. sells.Select(ToClaim)]))
        {
            var (buy, sell) = (stated[buys[pair.Buyer].Order], stated[sells[pair.Seller].Order]);
            var fee = network.Fee(buy.Zone, sell.Zone);
            yield return new Lot([new Fill(buy, pair.Energy), new Fill(sell, pair.Energy)], gets)
            {
                GridFee = fee, Spread = Minus(Minus(lot.BuyerPrice, gets), fee), Quality = lot.Quality,
            };
        }
    }

    private static Claim ToClaim(Fill fill) => new(fill.Order.Member, fill.Order.Zone, fill.Energy);

    private static Price Plus(Price a, Price b) => new(checked(a.MicroEurPerKWh + b.MicroEurPerKWh));

    private static Price Minus(Price a, Price b) => new(checked(a.MicroEurPerKWh - b.MicroEurPerKWh));
}
