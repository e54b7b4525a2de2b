using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>The rule of <see cref="CurveMarket"/> tick by tick, for books whose orders are on tick. Slow, and meant to be.</summary>
public static class ReferenceCurveMarket
{
    public static Clearing Clear(IEnumerable<Order> book, MarketRules rules)
    {
        var orders = book.ToList();
        if (orders.Select(order => order.Side).Distinct().Count() < 2)
        {
            return Clearing.Nothing;
        }

        var price = PriceOf(orders, rules.TickMicroEurPerKWh);

        // "Better limits are filled first; orders at the price share pro rata."
        var taking = orders.Where(order => order.Side == Side.Buy ? order.Price >= price : order.Price <= price).ToList();
        var volume = BigInteger.Min(Sum(taking, Side.Buy), Sum(taking, Side.Sell));
        var fills = Fill(taking.Where(order => order.Side == Side.Buy).OrderByDescending(order => order.Price), volume)
            .Concat(Fill(taking.Where(order => order.Side == Side.Sell).OrderBy(order => order.Price), volume)).ToList();

        // "What she would buy from herself is not traded, her worst limits first."
        foreach (var member in fills.GroupBy(fill => fill.Order.Member).Select(group => group.Key).ToList())
        {
            var own = new[] { Side.Buy, Side.Sell }.Min(side => fills.Where(Hers(member, side)).Aggregate(BigInteger.Zero, (sum, fill) => sum + fill.Energy.WattHours));
            foreach (var side in new[] { Side.Buy, Side.Sell })
            {
                for (var left = own; left > 0;)
                {
                    var worst = fills.Last(fill => Hers(member, side)(fill));
                    var removed = BigInteger.Min(left, worst.Energy.WattHours);
                    fills[fills.IndexOf(worst)] = worst with { Energy = new Energy(worst.Energy.WattHours - (long)removed) };
                    fills.RemoveAll(fill => fill.Energy == Energy.Zero);
                    left -= removed;
                }
            }
        }

        var traded = fills.Where(fill => fill.Order.Side == Side.Buy).Aggregate(BigInteger.Zero, (sum, fill) => sum + fill.Energy.WattHours);
        return traded.IsZero ? Clearing.Nothing : new Clearing(price, null, new Energy((long)traded), [.. fills]);
    }

    private static Price PriceOf(List<Order> orders, long tick)
    {
        var ticks = new List<long>();
        for (var at = orders.Min(order => order.Price.MicroEurPerKWh) - tick; at <= orders.Max(order => order.Price.MicroEurPerKWh) + tick; at += tick)
        {
            ticks.Add(at);
        }

        // "The middle of the ticks at which demand and supply are equal, half up."
        var equal = ticks.Where(at => Demand(at) == Supply(at)).ToList();
        if (equal.Count > 0)
        {
            return new Price(equal[equal.Count / 2]);
        }

        // "Where the curve jumps over zero between two ticks …"
        var lower = ticks.Last(at => Demand(at) > Supply(at));
        var upper = lower + tick;
        var endingBuys = Demand(lower) - Demand(upper);
        var beginningSells = Supply(upper) - Supply(lower);
        var tooMuchDemand = Demand(lower) - Supply(lower);
        var tooMuchSupply = Supply(upper) - Demand(upper);
        return new Price(
            tooMuchDemand < endingBuys ? lower
            : tooMuchSupply < beginningSells ? upper
            : tooMuchDemand < tooMuchSupply ? lower : upper);

        BigInteger Demand(long at) => Sum(orders.Where(order => order.Price.MicroEurPerKWh >= at), Side.Buy);
        BigInteger Supply(long at) => Sum(orders.Where(order => order.Price.MicroEurPerKWh <= at), Side.Sell);
    }

    private static IEnumerable<Fill> Fill(IOrderedEnumerable<Order> side, BigInteger volume)
    {
        var left = volume;
        foreach (var level in side.ThenBy(order => order.Key).ThenBy(order => order.Member).GroupBy(order => order.Price))
        {
            var total = level.Aggregate(BigInteger.Zero, (sum, order) => sum + order.Energy.WattHours);
            var given = BigInteger.Min(left, total);
            var shares = level.Select(order => (Order: order, Share: given * order.Energy.WattHours / total, Remainder: given * order.Energy.WattHours % total)).ToList();
            var spare = (int)(given - shares.Aggregate(BigInteger.Zero, (sum, share) => sum + share.Share));
            var luckier = shares.OrderByDescending(share => share.Remainder).Take(spare).Select(share => share.Order).ToList();
            foreach (var (order, share, _) in shares)
            {
                var energy = share + (luckier.Contains(order, ReferenceEqualityComparer.Instance) ? 1 : 0);
                if (energy > 0)
                {
                    yield return new Fill(order, new Energy((long)energy));
                }
            }

            left -= given;
        }
    }

    private static Func<Fill, bool> Hers(MemberId member, Side side) => fill => fill.Order.Member == member && fill.Order.Side == side;

    private static BigInteger Sum(IEnumerable<Order> orders, Side side) =>
        orders.Where(order => order.Side == side).Aggregate(BigInteger.Zero, (sum, order) => sum + order.Energy.WattHours);
}
