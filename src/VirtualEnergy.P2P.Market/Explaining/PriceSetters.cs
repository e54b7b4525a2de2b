using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Explaining;

/// <summary>Which orders decided a uniform price: market rule 4 read backwards from its answer.</summary>
internal static class PriceSetters
{
    public static (PriceSetting Setting, ImmutableArray<Fill> Setters) Of(
        IReadOnlyCollection<Order> orders, Clearing clearing, Dictionary<Order, Energy> filled, Price? marginalBuy, Price? marginalSell, MarketRules rules)
    {
        if (rules.Mechanism != MechanismKind.Uniform || clearing is not { Price: { } price, Interval: { } interval }
            || marginalBuy is not { } buy || marginalSell is not { } sell || clearing.Lots.Length > 1)
        {
            return (PriceSetting.Own, []);
        }

        ImmutableArray<Fill> At(Side side, Price limit, Func<Fill, bool> which) =>
            [.. orders.Where(order => order.Side == side && order.Price == limit).Select(order => new Fill(order, filled.GetValueOrDefault(order))).Where(which)];

        // In thousandths, as k is: where the split falls outside the interval, the end that it was clipped to decided.
        var split = (Int128)buy.MicroEurPerKWh * rules.KThousandths + (Int128)sell.MicroEurPerKWh * (1000 - rules.KThousandths);
        var (side, inward, marginal, marginalSetting) =
            split < (Int128)interval.Low.MicroEurPerKWh * 1000 ? (Side.Buy, interval.Low, sell, PriceSetting.MarginalSell)
            : split > (Int128)interval.High.MicroEurPerKWh * 1000 ? (Side.Sell, interval.High, buy, PriceSetting.MarginalBuy)
            : interval.Low == interval.High && At(Side.Buy, interval.Low, IsPart).Length > 0 ? (Side.Buy, interval.Low, sell, PriceSetting.MarginalSell)
            : interval.Low == interval.High && At(Side.Sell, interval.High, IsPart).Length > 0 ? (Side.Sell, interval.High, buy, PriceSetting.MarginalBuy)
            : (default(Side), default(Price), default(Price), PriceSetting.Split);
        if (marginalSetting == PriceSetting.Split)
        {
            return (PriceSetting.Split, [.. At(Side.Buy, buy, IsFilled), .. At(Side.Sell, sell, IsFilled)]);
        }

        var part = At(side, inward, IsPart);
        if (part.Length > 0)
        {
            return (side == Side.Buy ? PriceSetting.PartlyFilledBuy : PriceSetting.PartlyFilledSell, part);
        }

        var unfilled = At(side, inward, fill => !IsFilled(fill));
        return unfilled.Length > 0
            ? (side == Side.Buy ? PriceSetting.UnfilledBuy : PriceSetting.UnfilledSell, unfilled)
            : (marginalSetting, At(side == Side.Buy ? Side.Sell : Side.Buy, marginal, IsFilled));
    }

    private static bool IsPart(Fill fill) => fill.Energy > Energy.Zero && fill.Energy < fill.Order.Energy;

    private static bool IsFilled(Fill fill) => fill.Energy > Energy.Zero;
}
