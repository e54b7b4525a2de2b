using System.Collections.Immutable;
using System.Numerics;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>What every mechanism owes for every book, whatever its rule: checked from the book and the answer alone.</summary>
internal static class ClearingInvariants
{
    /// <returns>The first thing that is broken, in words; null when all holds.</returns>
    public static string? Broken(IReadOnlyCollection<Order> book, Clearing clearing, MarketRules rules) =>
        BrokenFill(book, clearing) ?? BrokenLot(clearing) ?? BrokenPrice(clearing, rules) ?? clearing.Lots.Select(BrokenPairs).FirstOrDefault(broken => broken is not null);

    /// <summary>Orders of the book, each once, none beyond its energy, as much bought as sold.</summary>
    private static string? BrokenFill(IReadOnlyCollection<Order> book, Clearing clearing)
    {
        var mine = book.ToHashSet<Order>(ReferenceEqualityComparer.Instance);
        foreach (var fill in clearing.Fills)
        {
            if (!mine.Remove(fill.Order))
            {
                return "a fill is of an order that is not in the book, or of one order twice";
            }

            if (fill.Energy <= Energy.Zero || fill.Energy > fill.Order.Energy)
            {
                return $"an order of {fill.Order.Energy} is filled with {fill.Energy}";
            }
        }

        var (bought, sold) = (Sum(clearing.Fills, Side.Buy), Sum(clearing.Fills, Side.Sell));
        return bought == clearing.Volume.WattHours && sold == bought ? null : $"volume {clearing.Volume}, bought {bought}, sold {sold}";
    }

    /// <summary>Lots together are the fills; each balances, and costs nobody more than her limit and the premiums it earned.</summary>
    private static string? BrokenLot(Clearing clearing)
    {
        var left = clearing.Fills.ToDictionary(fill => fill.Order, fill => fill.Energy.WattHours, (IEqualityComparer<Order>)ReferenceEqualityComparer.Instance);
        foreach (var lot in clearing.Lots)
        {
            if (Sum(lot.Fills, Side.Buy) != Sum(lot.Fills, Side.Sell))
            {
                return "a lot sells another amount than it buys";
            }

            if (lot.Spread < default(Price))
            {
                return $"the community pays: spread {lot.Spread}";
            }

            foreach (var (order, energy) in lot.Fills)
            {
                var earned = order.Preferences.Earned(lot.Quality).MicroEurPerKWh;
                if (order.Side == Side.Buy ? lot.BuyerPrice.MicroEurPerKWh > order.Price.MicroEurPerKWh + earned : lot.Price < order.Price)
                {
                    return $"a {order.Side} at {order.Price} trades at {(order.Side == Side.Buy ? lot.BuyerPrice : lot.Price)}";
                }

                left[order] = left.GetValueOrDefault(order) - energy.WattHours;
            }
        }

        return left.Values.All(rest => rest == 0)
            ? clearing.Charges.Any(charge => charge.Amount.MicroEur <= 0) ? "a charge is not positive" : null
            : "the lots are not the fills";
    }

    private static string? BrokenPrice(Clearing clearing, MarketRules rules)
    {
        if (clearing.Price is null != (clearing.Volume == Energy.Zero))
        {
            return $"price {clearing.Price} for a volume of {clearing.Volume}";
        }

        if (clearing.Price is { } price && !rules.IsOnTick(price))
        {
            return $"price {price} is off tick";
        }

        return clearing is { Price: { } inside, Interval: { } interval } && !interval.Contains(inside)
            ? $"price {inside} is outside {interval.Low} to {interval.High}"
            : null;
    }

    /// <summary>Pairs of market rule 5: nobody with herself, all of the energy, few of them, money to zero.</summary>
    private static string? BrokenPairs(Lot lot)
    {
        var (buyers, sellers) = (Claims(lot.Fills, Side.Buy), Claims(lot.Fills, Side.Sell));
        var pairs = Pairing.Match(buyers, sellers);
        if (pairs.Any(pair => buyers[pair.Buyer].Member == sellers[pair.Seller].Member))
        {
            return "a member trades with herself";
        }

        if (pairs.GroupBy(pair => pair.Buyer).Any(group => group.Aggregate(BigInteger.Zero, (sum, pair) => sum + pair.Energy.WattHours) != buyers[group.Key].Energy.WattHours)
            || pairs.GroupBy(pair => pair.Seller).Any(group => group.Aggregate(BigInteger.Zero, (sum, pair) => sum + pair.Energy.WattHours) != sellers[group.Key].Energy.WattHours)
            || pairs.Any(pair => pair.Energy <= Energy.Zero))
        {
            return "the pairs are not the fills";
        }

        // Keeping one member's two sides apart can split a pair twice; else rule 5 bounds each pair of zones.
        var apart = !buyers.Select(claim => claim.Member).Intersect(sellers.Select(claim => claim.Member)).Any();
        var tooMany = apart
            ? pairs.GroupBy(pair => (Buy: buyers[pair.Buyer].Zone, Sell: sellers[pair.Seller].Zone))
                .Any(zones => zones.Count() > buyers.Count(claim => claim.Zone == zones.Key.Buy) + sellers.Count(claim => claim.Zone == zones.Key.Sell) - 1)
            : pairs.Length > buyers.Count + sellers.Count + 1;
        return tooMany ? $"{pairs.Length} pairs of {buyers.Count} buyers and {sellers.Count} sellers" : null;
    }

    private static List<Claim> Claims(ImmutableArray<Fill> fills, Side side) =>
        [.. fills.Where(fill => fill.Order.Side == side).GroupBy(fill => fill.Order.Member).OrderBy(member => member.Key)
            .Select(member => new Claim(member.Key, member.First().Order.Zone, member.Aggregate(Energy.Zero, (sum, fill) => sum + fill.Energy)))];

    private static BigInteger Sum(ImmutableArray<Fill> fills, Side side) =>
        fills.Where(fill => fill.Order.Side == side).Aggregate(BigInteger.Zero, (sum, fill) => sum + fill.Energy.WattHours);
}
