using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Zones;

namespace VirtualEnergy.P2P.Market.Explaining;

/// <summary>Why one order was filled as it was, in numbers; how it is worded is the reader's matter.</summary>
/// <param name="Order">The order in question.</param>
/// <param name="Filled">Wh, 0 to all of it.</param>
/// <param name="Reason">Why so much and no more.</param>
/// <param name="MarginalBuy">The lowest limit of a buy that traded; null when nothing did.</param>
/// <param name="MarginalSell">The highest limit of a sell that traded.</param>
/// <param name="AtItsLimit">Every order of its side with the same limit, itself among them, and what each got (0 included).</param>
/// <param name="Missed">
/// What its limit does not reach: the uniform price, or else the margin of its side; null unless it is worse than that margin.
/// </param>
/// <param name="Parts">What it traded, at what each kWh cost (or brought) its member, all fees included; by price.</param>
/// <param name="UniformFill">Wh that one price for all would have filled, by rule 4 without zones.</param>
/// <param name="Setting">What decided the price.</param>
/// <param name="Setters">The orders that did, with what they got.</param>
public sealed record Explanation(
    Order Order,
    Energy Filled,
    FillReason Reason,
    Price? MarginalBuy,
    Price? MarginalSell,
    ImmutableArray<Fill> AtItsLimit,
    Price? Missed,
    ImmutableArray<(Energy Energy, Price Price)> Parts,
    Energy UniformFill,
    PriceSetting Setting,
    ImmutableArray<Fill> Setters)
{
    /// <summary>Explains an order of a cleared book.</summary>
    /// <param name="order">One of <paramref name="orders"/>, the same instance.</param>
    /// <param name="orders">All that were cleared.</param>
    /// <param name="clearing">What the mechanism of the rules answered.</param>
    /// <param name="rules">The rules that it was cleared by.</param>
    public static Explanation Of(Order order, IReadOnlyCollection<Order> orders, Clearing clearing, MarketRules rules)
    {
        var filled = clearing.Fills.ToDictionary(fill => fill.Order, fill => fill.Energy, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        var marginalBuy = Margin(clearing, Side.Buy);
        var marginalSell = Margin(clearing, Side.Sell);
        var margin = order.Side == Side.Buy ? marginalBuy : marginalSell;
        var uniform = clearing.Volume == Energy.Zero || rules.Mechanism == MechanismKind.Uniform ? clearing : UniformPriceAuction.Clear(orders, rules);
        var explained = new Explanation(
            order,
            filled.GetValueOrDefault(order),
            default,
            marginalBuy,
            marginalSell,
            [.. orders.Where(other => other.Side == order.Side && other.Price == order.Price).Select(other => new Fill(other, filled.GetValueOrDefault(other)))],
            margin is { } known && IsWorse(order, known) ? clearing is { Interval: not null, Price: { } price } && IsWorse(order, price) ? price : known : null,
            PartsOf(order, clearing),
            uniform.Fills.FirstOrDefault(fill => ReferenceEquals(fill.Order, order)).Energy,
            default,
            []);
        var (setting, setters) = PriceSetters.Of(orders, clearing, filled, marginalBuy, marginalSell, rules);
        return explained with { Reason = explained.WhyFilledSo(orders, clearing, margin, rules), Setting = setting, Setters = setters };
    }

    private FillReason WhyFilledSo(IReadOnlyCollection<Order> orders, Clearing clearing, Price? margin, MarketRules rules)
    {
        if (Filled == Order.Energy)
        {
            return Order.Price == margin ? FillReason.WholeAtMargin : FillReason.BetterThanMargin;
        }

        if (Missed is null && IsHeldByOwnOrders(orders, clearing))
        {
            return FillReason.OwnOrders;
        }

        if (margin is null)
        {
            return FillReason.NothingTrades;
        }

        // Where zones divide the market, somebody else may have traded at a price that this order would have accepted.
        var isDivided = clearing.Lots.Any(lot => lot.GridFee != default)
            || (rules.Mechanism == MechanismKind.Uniform && clearing.Lots.Select(lot => lot.Price).Distinct().Count() > 1);
        if (isDivided && Order.Price != margin && clearing.Lots.Any(lot => Order.Side == Side.Buy ? lot.Price <= Order.Price : lot.BuyerPrice >= Order.Price))
        {
            return FillReason.FeeOrZone;
        }

        if (rules.Mechanism == MechanismKind.Continuous)
        {
            return CouldHaveMet(orders, rules.Network) ? FillReason.NobodyLeft
                : CouldHaveMet(orders, ZoneNetwork.CopperPlate) ? FillReason.FeeOrZone
                : FillReason.PriceNotGoodEnough;
        }

        return UniformFill > Filled ? FillReason.GivenUp
            : Missed is null ? FillReason.SharedAtMargin
            : FillReason.PriceNotGoodEnough;
    }

    private bool CouldHaveMet(IEnumerable<Order> orders, ZoneNetwork network) =>
        orders.Any(other => other.Member != Order.Member && other.Side != Order.Side && GainWith(other, network) >= 0);

    /// <summary>µEUR/kWh that the two would gain together.</summary>
    private Int128 GainWith(Order other, ZoneNetwork network)
    {
        var (buy, sell) = Order.Side == Side.Buy ? (Order, other) : (other, Order);
        return (Int128)buy.Price.MicroEurPerKWh - sell.Price.MicroEurPerKWh - network.Fee(buy.Zone, sell.Zone).MicroEurPerKWh;
    }

    /// <summary>With all that may trade with this member traded, what is left of her orders could only meet her own.</summary>
    private bool IsHeldByOwnOrders(IReadOnlyCollection<Order> orders, Clearing clearing)
    {
        if (!orders.Any(other => other.Member == Order.Member && Crosses(other)))
        {
            return false;
        }

        Int128 hers = 0;
        foreach (var fill in clearing.Fills.Where(fill => fill.Order.Member == Order.Member))
        {
            hers += fill.Energy.WattHours;
        }

        return hers == clearing.Volume.WattHours;
    }

    private bool Crosses(Order other) =>
        other.Side != Order.Side && (Order.Side == Side.Buy ? other.Price <= Order.Price : other.Price >= Order.Price);

    private static Price? Margin(Clearing clearing, Side side)
    {
        var limits = clearing.Fills.Where(fill => fill.Order.Side == side).Select(fill => fill.Order.Price).ToList();
        return limits.Count == 0 ? null : side == Side.Buy ? limits.Min() : limits.Max();
    }

    private static bool IsWorse(Order order, Price than) => order.Side == Side.Buy ? order.Price < than : order.Price > than;

    private static ImmutableArray<(Energy, Price)> PartsOf(Order order, Clearing clearing) =>
    [
        .. from lot in clearing.Lots
           from fill in lot.Fills
           where ReferenceEquals(fill.Order, order)
           let price = order.Side == Side.Buy ? lot.BuyerPrice : lot.Price
           group fill.Energy by price into part
           orderby part.Key
           select (part.Aggregate(Energy.Zero, (sum, energy) => sum + energy), part.Key),
    ];
}
