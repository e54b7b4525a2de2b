using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>What one side of a pairing still has to trade.</summary>
/// <param name="Member">Never paired with itself.</param>
/// <param name="Zone">Low-voltage zone; its own comes first.</param>
/// <param name="Energy">Wh, positive.</param>
public readonly record struct Claim(MemberId Member, ZoneId Zone, Energy Energy);

/// <summary>Buyer and seller by their index in the lists that were paired, and the energy between them in Wh.</summary>
public readonly record struct Pair(int Buyer, int Seller, Energy Energy);

/// <summary>
/// Pairs what was bought with what was sold (market rule 5): same low-voltage zone first, then in the order given; at most
/// buyers + sellers − 1 pairs for each pair of zones. No member is paired with herself.
/// </summary>
public static class Pairing
{
    /// <param name="buyers">In canonical order.</param>
    /// <param name="sellers">In canonical order; the same total as the buyers.</param>
    /// <exception cref="ArgumentException">The totals differ, or one member holds so much of both that she would have to trade with herself.</exception>
    public static ImmutableArray<Pair> Match(IReadOnlyList<Claim> buyers, IReadOnlyList<Claim> sellers)
    {
        if (Total(buyers) != Total(sellers))
        {
            throw new ArgumentException("What is bought must equal what is sold.", nameof(sellers));
        }

        var buying = buyers.Select(member => member.Member).ToHashSet();
        var pairs = ImmutableArray.CreateBuilder<Pair>();
        if (sellers.Any(seller => buying.Contains(seller.Member)))
        {
            AvoidingSelfTrades(buyers, sellers, pairs);
        }
        else
        {
            ZoneByZone(buyers, sellers, pairs);
        }

        return pairs.DrainToImmutable();
    }

    private static void ZoneByZone(IReadOnlyList<Claim> buyers, IReadOnlyList<Claim> sellers, ImmutableArray<Pair>.Builder pairs)
    {
        var bought = Remaining(buyers);
        var sold = Remaining(sellers);
        var sellersByZone = Enumerable.Range(0, sellers.Count).ToLookup(i => sellers[i].Zone);
        foreach (var zone in Enumerable.Range(0, buyers.Count).GroupBy(i => buyers[i].Zone).OrderBy(zone => zone.Key))
        {
            Walk([.. zone], [.. sellersByZone[zone.Key]], bought, sold, pairs);
        }

        // What is left of a zone stands on one side only; zone after zone keeps the pairs of any two zones few.
        Walk(
            [.. Enumerable.Range(0, buyers.Count).OrderBy(i => buyers[i].Zone)],
            [.. Enumerable.Range(0, sellers.Count).OrderBy(i => sellers[i].Zone)],
            bought, sold, pairs);
    }

    private static void Walk(int[] buyers, int[] sellers, long[] bought, long[] sold, ImmutableArray<Pair>.Builder pairs)
    {
        for (int b = 0, s = 0; b < buyers.Length && s < sellers.Length;)
        {
            var energy = Math.Min(bought[buyers[b]], sold[sellers[s]]);
            if (energy > 0)
            {
                Take(buyers[b], sellers[s], energy, bought, sold, pairs);
            }

            if (bought[buyers[b]] == 0)
            {
                b++;
            }
            else
            {
                s++;
            }
        }
    }

    /// <remarks>
    /// A member whose two sides together equal all that is left must be in every further pair; before any other pair is
    /// made, it is kept small enough that nobody is pushed beyond that point.
    /// </remarks>
    private static void AvoidingSelfTrades(IReadOnlyList<Claim> buyers, IReadOnlyList<Claim> sellers, ImmutableArray<Pair>.Builder pairs)
    {
        var bought = Remaining(buyers);
        var sold = Remaining(sellers);
        var load = new Dictionary<MemberId, Int128>();
        foreach (var claim in buyers.Concat(sellers))
        {
            load[claim.Member] = load.GetValueOrDefault(claim.Member) + claim.Energy.WattHours;
        }

        for (var left = Total(buyers); left > 0;)
        {
            var byLoad = load.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(3).ToList();
            if (byLoad[0].Value > left)
            {
                throw new ArgumentException($"{byLoad[0].Key} would have to trade with herself.", nameof(buyers));
            }

            var critical = byLoad[0].Value == left ? byLoad[0].Key : (MemberId?)null;
            var (buyer, seller) = Choose(buyers, sellers, bought, sold, critical);
            var (buying, selling) = (buyers[buyer].Member, sellers[seller].Member);
            var others = byLoad.Where(entry => entry.Key != buying && entry.Key != selling).Select(entry => entry.Value).FirstOrDefault();
            var energy = (long)Int128.Min(Int128.Min(bought[buyer], sold[seller]), left - others);
            Take(buyer, seller, energy, bought, sold, pairs);
            load[buying] -= energy;
            load[selling] -= energy;
            left -= energy;
        }
    }

    private static (int Buyer, int Seller) Choose(
        IReadOnlyList<Claim> buyers, IReadOnlyList<Claim> sellers, long[] bought, long[] sold, MemberId? critical)
    {
        for (var b = 0; b < buyers.Count; b++)
        {
            if (bought[b] == 0)
            {
                continue;
            }

            var buyerIsCritical = critical is null || buyers[b].Member == critical;
            for (var s = 0; s < sellers.Count; s++)
            {
                if (sold[s] > 0 && sellers[s].Member != buyers[b].Member && (buyerIsCritical || sellers[s].Member == critical))
                {
                    return (b, s);
                }
            }
        }

        throw new InvalidOperationException("Energy is left that cannot be paired.");
    }

    private static void Take(int buyer, int seller, long energy, long[] bought, long[] sold, ImmutableArray<Pair>.Builder pairs)
    {
        bought[buyer] -= energy;
        sold[seller] -= energy;
        pairs.Add(new Pair(buyer, seller, new Energy(energy)));
    }

    private static long[] Remaining(IReadOnlyList<Claim> claims) => [.. claims.Select(claim => claim.Energy.WattHours)];

    private static Int128 Total(IEnumerable<Claim> claims) => claims.Aggregate(Int128.Zero, (sum, claim) => sum + claim.Energy.WattHours);
}
