using System.Numerics;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>The five rules of <see cref="CurveAllocation"/>, one after the other, in integers without bound.</summary>
public static class ReferenceCurveAllocation
{
    public static IReadOnlyList<Demand> Of(IReadOnlyList<DemandCurve> curves, int index, Demand target)
    {
        // 1.
        var taken = curves.Select(curve => (BigInteger)curve[index].NanoWatts).ToList();
        var gap = Sum(taken) - target.NanoWatts;

        // 2. and 3.: which neighbour, and who is the long side.
        var neighbour = gap.Sign + index;
        if (gap.IsZero || curves.Count == 0 || neighbour < 0 || neighbour >= curves[0].Basis.PriceSteps)
        {
            return ToDemands(taken); // 5.
        }

        var consumption = curves.Select(curve => BigInteger.Abs(Consumption(curve[index]) - Consumption(curve[neighbour]))).ToList();
        var production = curves.Select(curve => BigInteger.Abs(Production(curve[index]) - Production(curve[neighbour]))).ToList();
        var (longSide, shortSide) = gap.Sign > 0 ? (consumption, production) : (production, consumption);

        var needed = BigInteger.Abs(gap);
        var fromLong = BigInteger.Min(needed, Sum(longSide));
        var fromShort = BigInteger.Min(needed - fromLong, Sum(shortSide));
        var kept = Share(Sum(longSide) - fromLong, longSide);
        var made = Share(fromShort, shortSide);
        return ToDemands(taken.Select((demand, agent) => demand - gap.Sign * (longSide[agent] - kept[agent] + made[agent])));
    }

    /// <summary>4.</summary>
    private static List<BigInteger> Share(BigInteger amount, List<BigInteger> jumps)
    {
        var total = BigInteger.Max(1, Sum(jumps));
        var shares = jumps.Select(jump => amount * jump / total).ToList();
        var spare = (int)(amount - Sum(shares));
        foreach (var agent in Enumerable.Range(0, jumps.Count).OrderByDescending(agent => amount * jumps[agent] % total).ThenBy(agent => agent).Take(spare))
        {
            shares[agent]++;
        }

        return shares;
    }

    private static BigInteger Consumption(Demand demand) => Math.Max(0, demand.NanoWatts);

    private static BigInteger Production(Demand demand) => Math.Min(0, demand.NanoWatts);

    private static BigInteger Sum(IEnumerable<BigInteger> values) => values.Aggregate(BigInteger.Zero, BigInteger.Add);

    private static IReadOnlyList<Demand> ToDemands(IEnumerable<BigInteger> values) => [.. values.Select(value => new Demand((long)value))];
}
