using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>
/// Trade reduction: the marginal orders set the prices and do not trade, so nobody who trades has a say in what she pays.
/// Buyers pay the marginal buy's price, sellers get the marginal sell's; the gap goes to the community.
/// </summary>
/// <remarks>
/// <para>
/// Source: Huang, Scheller-Wolf, Sycara, "Design of a Multi-Unit Double Auction E-Market", Computational Intelligence 18(4),
/// 2002; each side's excess is taken off its orders in equal parts there, and here. A member who holds one order cannot gain by
/// a false one.
/// </para>
/// <para>
/// Conventions. Marginal prices are those of <see cref="UniformPriceAuction"/>. Everything at a marginal price is left out: which of two
/// equal orders is the last one must not depend on arrival, nor on how an order was cut into steps. Odd Wh of the equal parts stay
/// with the orders of the smallest keys. Two orders of one member are never joined; where that leaves less, her worst orders give way.
/// Fees between zones: <see cref="DearestFee"/>.
/// </para>
/// </remarks>
public sealed class TradeReductionAuction : IMechanism
{
    public Clearing Clear(IReadOnlyCollection<Order> orders, MarketRules rules, Hash256 seed) =>
        DearestFee.Clear(orders, rules, MechanismKind.Huang, InOnePlace);

    private static Clearing InOnePlace(IReadOnlyCollection<Order> orders, MarketRules rules)
    {
        var efficient = UniformPriceAuction.Clear(orders, rules);
        if (efficient.Price is null)
        {
            return Clearing.Nothing;
        }

        var buyPrice = efficient.Fills.Where(fill => fill.Order.Side == Side.Buy).Min(fill => fill.Order.Price);
        var sellPrice = efficient.Fills.Where(fill => fill.Order.Side == Side.Sell).Max(fill => fill.Order.Price);
        ImmutableArray<Fill> buys = [.. efficient.Fills.Where(fill => fill.Order.Side == Side.Buy && fill.Order.Price > buyPrice)];
        ImmutableArray<Fill> sells = [.. efficient.Fills.Where(fill => fill.Order.Side == Side.Sell && fill.Order.Price < sellPrice)];
        var volume = Int128.Min(Total(buys), Total(sells));
        var fills = SelfTradeLimit.KeepApart([.. EqualReduction.To(volume, buys), .. EqualReduction.To(volume, sells)]);
        if (fills.IsEmpty)
        {
            return Clearing.Nothing;
        }

        var lot = new Lot(fills, sellPrice) { Spread = new Price(checked(buyPrice.MicroEurPerKWh - sellPrice.MicroEurPerKWh)) };
        var traded = new Energy((long)Total(fills.Where(fill => fill.Order.Side == Side.Buy)));
        return new Clearing(MeanPrice.Of([lot], rules), null, traded, fills) { Lots = [lot] };
    }

    private static Int128 Total(IEnumerable<Fill> fills) => fills.Aggregate(Int128.Zero, (sum, fill) => sum + fill.Energy.WattHours);
}
