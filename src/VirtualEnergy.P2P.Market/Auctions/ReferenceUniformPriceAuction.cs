using System.Collections.Immutable;
using System.Numerics;

namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>
/// Market rule 4 word by word, for reading and for holding <see cref="UniformPriceAuction"/> against. Slow (it looks at
/// every order for every price), and for books in which no member stands on both sides.
/// </summary>
public static class ReferenceUniformPriceAuction
{
    public static Clearing Clear(IReadOnlyCollection<Order> orders, MarketRules rules)
    {
        var buys = orders.Where(order => order.Side == Side.Buy).ToList();
        var sells = orders.Where(order => order.Side == Side.Sell).ToList();

        // "The volume is the most that a uniform price can clear": only a price that somebody named can be the best.
        var volume = orders.Select(order => order.Price).Distinct()
            .Select(price => BigInteger.Min(Demand(buys, price), Supply(sells, price)))
            .DefaultIfEmpty(BigInteger.Zero).Max();
        if (volume.IsZero)
        {
            return Clearing.Nothing;
        }

        // The marginal price of a side: as far as one must go along it to find the volume.
        var marginalBuy = buys.Select(order => order.Price).Where(price => Demand(buys, price) >= volume).Max();
        var marginalSell = sells.Select(order => order.Price).Where(price => Supply(sells, price) >= volume).Min();

        var fills = Fills(buys.Where(order => order.Price > marginalBuy), buys.Where(order => order.Price == marginalBuy), volume)
            .Concat(Fills(sells.Where(order => order.Price < marginalSell), sells.Where(order => order.Price == marginalSell), volume))
            .OrderBy(fill => fill.Order.Side)
            .ThenBy(fill => fill.Order.Side == Side.Buy ? -fill.Order.Price.MicroEurPerKWh : fill.Order.Price.MicroEurPerKWh)
            .ThenBy(fill => fill.Order.Key).ThenBy(fill => fill.Order.Member)
            .ToImmutableArray();

        // "[max(marginal sell, best unfilled buy), min(marginal buy, best unfilled sell)]"
        var unfilled = orders.Where(order => !fills.Any(fill => ReferenceEquals(fill.Order, order) && fill.Energy == order.Energy)).ToList();
        var low = unfilled.Where(order => order.Side == Side.Buy).Select(order => order.Price).Append(marginalSell).Max();
        var high = unfilled.Where(order => order.Side == Side.Sell).Select(order => order.Price).Append(marginalBuy).Min();

        var k = new BigInteger(rules.KThousandths);
        var price = k * marginalBuy.MicroEurPerKWh + (1000 - k) * marginalSell.MicroEurPerKWh;
        price = BigInteger.Max(price, new BigInteger(low.MicroEurPerKWh) * 1000);
        price = BigInteger.Min(price, new BigInteger(high.MicroEurPerKWh) * 1000);
        var onTick = Price.Max(low, Price.Min(high, OnTick(price, rules.TickMicroEurPerKWh)));
        return new Clearing(onTick, new PriceInterval(low, high), new Energy((long)volume), fills);
    }

    private static BigInteger Demand(IEnumerable<Order> buys, Price price) =>
        buys.Where(order => order.Price >= price).Aggregate(BigInteger.Zero, (sum, order) => sum + order.Energy.WattHours);

    private static BigInteger Supply(IEnumerable<Order> sells, Price price) =>
        sells.Where(order => order.Price <= price).Aggregate(BigInteger.Zero, (sum, order) => sum + order.Energy.WattHours);

    private static IEnumerable<Fill> Fills(IEnumerable<Order> better, IEnumerable<Order> marginal, BigInteger volume)
    {
        var whole = better.Select(order => new Fill(order, order.Energy)).ToList();
        var left = volume - whole.Aggregate(BigInteger.Zero, (sum, fill) => sum + fill.Energy.WattHours);
        var tied = marginal.ToList();
        var total = tied.Aggregate(BigInteger.Zero, (sum, order) => sum + order.Energy.WattHours);

        // By reference: two orders may be alike in everything.
        var shares = tied.ToDictionary(order => order, order => left * order.Energy.WattHours / total, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        var spare = left - shares.Values.Aggregate(BigInteger.Zero, (sum, share) => sum + share);
        foreach (var order in tied.OrderByDescending(order => left * order.Energy.WattHours % total).ThenBy(order => order.Key).ThenBy(order => order.Member).Take((int)spare))
        {
            shares[order]++;
        }

        return whole.Concat(shares.Where(share => share.Value > 0).Select(share => new Fill(share.Key, new Energy((long)share.Value))));
    }

    private static Price OnTick(BigInteger thousandths, long tick)
    {
        var twiceTick = new BigInteger(tick) * 2000;
        var numerator = 2 * thousandths + new BigInteger(tick) * 1000;
        var floor = BigInteger.DivRem(numerator, twiceTick, out var remainder) - (remainder.Sign < 0 ? 1 : 0);
        return new Price((long)(floor * tick));
    }
}
