using System.Collections.Immutable;
using VirtualEnergy.P2P.Market.Auctions;
using VirtualEnergy.P2P.Market.Rounds;

namespace VirtualEnergy.P2P.Market.Deviations;

/// <summary>
/// Deviations of one period as a pure function (market rule 9): the smaller of what was taken too much and too little is balanced inside the
/// community, each side pro rata in whole Wh, largest remainder first, then by member; those parts are paired into trades as a
/// round's fills are, all in one zone. So whatever is rounded is rounded as in a round, and the money sums to zero by construction.
/// </summary>
public static class DeviationCalculator
{
    /// <param name="positions">One a member, in any order.</param>
    /// <param name="prices">From <see cref="ImbalancePrices.Of"/>.</param>
    /// <param name="accounts">The community's gets the spread.</param>
    /// <exception cref="ArgumentException">Two positions of one member, a negative spread, or a spread and nobody to get it.</exception>
    /// <exception cref="OverflowException">Energy or money beyond 64 bits; nothing ever wraps.</exception>
    public static SettledDeviations Settle(IEnumerable<MeteredPosition> positions, ImbalancePrices prices, MoneyAccounts accounts)
    {
        ImmutableArray<MeteredPosition> ordered = [.. positions.OrderBy(position => position.Member)];
        if (prices.Spread < default(Price))
        {
            throw new ArgumentException($"The spread is {prices.Spread}; it must be 0 or more.", nameof(prices));
        }

        for (var i = 1; i < ordered.Length; i++)
        {
            if (ordered[i].Member == ordered[i - 1].Member)
            {
                throw new ArgumentException($"{ordered[i].Member} has two positions.", nameof(positions));
            }
        }

        var sides = Array.ConvertAll(ordered.ToArray(), position => (Int128)position.Deviation.WattHours);
        var shorts = Array.ConvertAll(sides, deviation => Int128.Max(0, deviation));
        var longs = Array.ConvertAll(sides, deviation => Int128.Max(0, -deviation));
        var (totalShort, totalLong) = (Sum(shorts), Sum(longs));
        var matched = Int128.Min(totalShort, totalLong);
        var bought = Shares(shorts, totalShort, matched);
        var sold = Shares(longs, totalLong, matched);
        var trades = Pair(ordered, bought, sold, prices);
        return new SettledDeviations(
            [.. ordered.Select((position, i) => new SettledPosition(position, new Energy(bought[i] + sold[i])))],
            totalShort, totalLong, prices, trades, Netting.DeltasOf(trades, [], accounts));
    }

    /// <summary>Part by part of the whole, in whole Wh: what rounding down leaves goes to the largest remainders, of equal ones to the first.</summary>
    private static long[] Shares(Int128[] parts, Int128 whole, Int128 available)
    {
        var shares = new long[parts.Length];
        if (available == 0)
        {
            return shares;
        }

        var remainders = new Int128[parts.Length];
        var left = available;
        for (var i = 0; i < parts.Length; i++)
        {
            // −(−2⁶³) is the one size that a long does not hold; nobody's connection carries it.
            (shares[i], remainders[i]) = available == whole ? (checked((long)parts[i]), 0) : Allocation.MultiplyDivide(available, checked((long)parts[i]), whole);
            left -= shares[i];
        }

        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i]).ThenBy(i => i).Take((int)left))
        {
            shares[i]++;
        }

        return shares;
    }

    private static ImmutableArray<Trade> Pair(ImmutableArray<MeteredPosition> positions, long[] bought, long[] sold, ImbalancePrices prices)
    {
        List<Claim> Claims(long[] shares) =>
            [.. positions.Select((position, i) => new Claim(position.Member, ZoneId.Unnamed, new Energy(shares[i]))).Where(claim => claim.Energy > Energy.Zero)];
        var (buyers, sellers) = (Claims(bought), Claims(sold));
        return [.. Pairing.Match(buyers, sellers).Select(pair =>
            new Trade(buyers[pair.Buyer].Member, sellers[pair.Seller].Member, pair.Energy, prices.Long) { Spread = prices.Spread })];
    }

    private static Int128 Sum(IEnumerable<Int128> parts) => parts.Aggregate(Int128.Zero, (sum, part) => sum + part);
}
