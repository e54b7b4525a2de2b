using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>
/// Trade reduction and MUDA word by word, from their documentation and from <see cref="ReferenceUniformPriceAuction"/> alone. For
/// books in which no member stands on both sides.
/// </summary>
internal static class PlainTruthful
{
    /// <summary>What each order trades, and what its side pays or gets a kWh.</summary>
    public sealed record Trade(Order Order, BigInteger Energy, Price Price);

    /// <summary>Trade reduction: better than the margin, the longer side cut in equal parts.</summary>
    public static IEnumerable<Trade> Huang(IReadOnlyCollection<Order> book, MarketRules rules)
    {
        var efficient = ReferenceUniformPriceAuction.Clear(book, rules).Fills;
        if (efficient.IsEmpty)
        {
            return [];
        }

        var (buyPrice, sellPrice) = (efficient.Where(IsBuy).Min(fill => fill.Order.Price), efficient.Where(fill => !IsBuy(fill)).Max(fill => fill.Order.Price));
        var buys = efficient.Where(fill => IsBuy(fill) && fill.Order.Price > buyPrice).ToList();
        var sells = efficient.Where(fill => !IsBuy(fill) && fill.Order.Price < sellPrice).ToList();
        var volume = BigInteger.Min(Total(buys), Total(sells));
        return Cut(buys, volume).Select(cut => new Trade(cut.Order, cut.Energy, buyPrice)).Concat(Cut(sells, volume).Select(cut => new Trade(cut.Order, cut.Energy, sellPrice)));
    }

    /// <summary>MUDA: each half at the other's price, and the fees of the longer sides' members.</summary>
    public static (IEnumerable<Trade> Trades, IEnumerable<(MemberId Member, BigInteger Fee)> Fees) Muda(IReadOnlyCollection<Order> book, MarketRules rules, Hash256 seed)
    {
        var halves = book.ToLookup(order => Lottery.IsDrawn(seed, order.Member));
        Order[] left = [.. halves[true]], right = [.. halves[false]];
        var markets = new[] { (Half: left, Price: PriceOf(right, rules)), (Half: right, Price: PriceOf(left, rules)) }
            .Where(market => market.Price is not null).Select(market => Posted(market.Half, market.Price!.Value)).ToList();
        return (markets.SelectMany(market => market.Trades), markets.SelectMany(market => market.Fees).OrderBy(fee => fee.Member));
    }

    // A Wh from each that has one, again and again; when there are fewer Wh than orders, from those of the largest keys.
    private static IEnumerable<(Order Order, BigInteger Energy)> Cut(List<Fill> fills, BigInteger volume)
    {
        var left = fills.Select(fill => (BigInteger)fill.Energy.WattHours).ToArray();
        for (var excess = Total(fills) - volume; excess > 0;)
        {
            var sharers = Enumerable.Range(0, left.Length).Where(i => left[i] > 0).ToList();
            var rounds = BigInteger.Max(1, BigInteger.Min(excess / sharers.Count, sharers.Min(i => left[i])));
            foreach (var i in excess >= sharers.Count ? sharers : sharers.OrderByDescending(i => fills[i].Order.Key).ThenByDescending(i => fills[i].Order.Member).Take((int)excess))
            {
                left[i] -= rounds;
                excess -= rounds;
            }
        }

        return fills.Select((fill, i) => (fill.Order, left[i])).Where(entry => entry.Item2 > 0);
    }

    // k · marginal buy + (1 − k) · marginal sell, nearest tick, half up.
    private static Price? PriceOf(Order[] half, MarketRules rules)
    {
        var fills = ReferenceUniformPriceAuction.Clear(half, rules).Fills;
        if (fills.IsEmpty)
        {
            return null;
        }

        BigInteger buy = fills.Where(IsBuy).Min(fill => fill.Order.Price.MicroEurPerKWh), sell = fills.Where(fill => !IsBuy(fill)).Max(fill => fill.Order.Price.MicroEurPerKWh);
        var twice = 2 * (rules.KThousandths * buy + (1000 - rules.KThousandths) * sell) + rules.TickMicroEurPerKWh * 1000;
        var ticks = Floor(twice, rules.TickMicroEurPerKWh * 2000) * rules.TickMicroEurPerKWh;
        return new Price((long)BigInteger.Max(BigInteger.Min(buy, sell), BigInteger.Min(BigInteger.Max(buy, sell), ticks)));
    }

    private static (List<Trade> Trades, List<(MemberId Member, BigInteger Fee)> Fees) Posted(Order[] half, Price price)
    {
        var buys = half.Where(order => order.Side == Side.Buy && order.Price >= price).OrderByDescending(order => order.Price).ToList();
        var sells = half.Where(order => order.Side == Side.Sell && order.Price <= price).OrderBy(order => order.Price).ToList();
        var (demand, supply) = (Sum(buys), Sum(sells));
        var volume = BigInteger.Min(demand, supply);
        var trades = Serve(buys, volume).Concat(Serve(sells, volume)).Where(trade => trade.Energy > 0).Select(trade => new Trade(trade.Order, trade.Energy, price)).ToList();

        var longer = demand > supply ? buys : supply > demand ? sells : [];
        var fees = trades.Where(trade => longer.Contains(trade.Order)).Select(trade => trade.Order.Member).Distinct()
            .Select(member => (member, Fee: (OthersGain(member, without: true) - OthersGain(member, without: false)) / 1000)).Where(fee => fee.Fee > 0).ToList();
        return (trades, fees);

        BigInteger OthersGain(MemberId member, bool without)
        {
            var line = longer.Where(order => !without || order.Member != member).ToList();
            return Serve(line, BigInteger.Min(volume, Sum(line))).Where(served => served.Order.Member != member).Aggregate(
                BigInteger.Zero, (sum, served) => sum + served.Energy * BigInteger.Abs((BigInteger)served.Order.Price.MicroEurPerKWh - price.MicroEurPerKWh));
        }
    }

    // Best price first; those at one price share what is left pro rata, odd Wh to the largest remainders, then the smallest keys.
    private static IEnumerable<(Order Order, BigInteger Energy)> Serve(List<Order> bestFirst, BigInteger volume)
    {
        foreach (var level in bestFirst.GroupBy(order => order.Price))
        {
            var (all, left) = (Sum(level), BigInteger.Min(volume, Sum(level)));
            var shares = level.Select(order => (Order: order, Energy: left * order.Energy.WattHours / all, Left: left * order.Energy.WattHours % all))
                .OrderByDescending(share => share.Left).ThenBy(share => share.Order.Key).ThenBy(share => share.Order.Member).ToList();
            var odd = left - shares.Aggregate(BigInteger.Zero, (sum, share) => sum + share.Energy);
            foreach (var (i, share) in shares.Index())
            {
                yield return (share.Order, share.Energy + (i < odd ? 1 : 0));
            }

            volume -= left;
        }
    }

    private static BigInteger Floor(BigInteger dividend, BigInteger divisor) => BigInteger.DivRem(dividend, divisor, out var rest) - (rest.Sign < 0 ? 1 : 0);

    private static bool IsBuy(Fill fill) => fill.Order.Side == Side.Buy;

    private static BigInteger Total(IEnumerable<Fill> fills) => fills.Aggregate(BigInteger.Zero, (sum, fill) => sum + fill.Energy.WattHours);

    private static BigInteger Sum(IEnumerable<Order> orders) => orders.Aggregate(BigInteger.Zero, (sum, order) => sum + order.Energy.WattHours);
}
