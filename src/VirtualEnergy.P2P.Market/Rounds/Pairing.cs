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

    /// <summary>
    /// First come, first served, passing over what would join a member with herself, while it goes well; see <see cref="OwnSides"/> for
    /// how long that is. From then on every pair has the one member who must be in all of them.
    /// </summary>
    private static void AvoidingSelfTrades(IReadOnlyList<Claim> buyers, IReadOnlyList<Claim> sellers, ImmutableArray<Pair>.Builder pairs)
    {
        var (bought, sold) = (Remaining(buyers), Remaining(sellers));
        var sides = new OwnSides(buyers, sellers);

        // Sales that were passed over belong to one member, since another's purchase takes the first of them.
        var passedOver = new Queue<int>();
        var (buy, sell, left) = (0, 0, Total(buyers));
        while (left > 0 && sides.MustBeInAll(left) is null)
        {
            buy = Next(bought, buy);
            var member = buyers[buy].Member;
            while (passedOver.TryPeek(out var first) && sold[first] == 0)
            {
                passedOver.Dequeue();
            }

            var isPassedOver = passedOver.TryPeek(out var seller) && sellers[seller].Member != member;
            if (!isPassedOver)
            {
                for (sell = Next(sold, sell); sellers[sell].Member == member; sell = Next(sold, sell + 1))
                {
                    passedOver.Enqueue(sell);
                }

                seller = sell;
            }

            var most = left - sides.LargestBeside(member, sellers[seller].Member);
            var energy = (long)Int128.Min(Int128.Min(bought[buy], sold[seller]), most);
            Take(buy, seller, energy, bought, sold, pairs);
            sides.Paired(member, sellers[seller].Member, energy);
            left -= energy;
        }

        if (left > 0)
        {
            AllWith(sides.MustBeInAll(left)!.Value, buyers, sellers, bought, sold, pairs);
        }
    }

    private static void AllWith(
        MemberId member, IReadOnlyList<Claim> buyers, IReadOnlyList<Claim> sellers, long[] bought, long[] sold, ImmutableArray<Pair>.Builder pairs)
    {
        var (own, others) = (0, 0);
        for (var buy = 0; buy < buyers.Count; buy++)
        {
            var isOwn = buyers[buy].Member == member;
            while (bought[buy] > 0)
            {
                ref var sell = ref isOwn ? ref others : ref own;
                while (sold[sell] == 0 || sellers[sell].Member == member == isOwn)
                {
                    sell++;
                }

                Take(buy, sell, Math.Min(bought[buy], sold[sell]), bought, sold, pairs);
            }
        }
    }

    private static int Next(long[] remaining, int from)
    {
        while (remaining[from] == 0)
        {
            from++;
        }

        return from;
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
