using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>What each agent of a cluster takes at the price, such that all of them together meet the target exactly.</summary>
/// <remarks>
/// <para>PowerMatcher ends at the price: every agent takes its demand at the nearest step, and what is over or missing flows
/// in from outside. Here the price step's neighbour closes that gap. With i the price step:</para>
/// <para>1. Every agent starts at its demand at i.</para>
/// <para>2. Where together they take more than the target, i + 1 shows who can give way. First the consumers, who are the long
/// side: what is there for the consumption that ends at i they share pro rata. Only if they must lose all of it do producers
/// give more: what is needed they share pro rata to how far their production rises.</para>
/// <para>3. Where they take less, the same with i − 1: first producers share what is left to produce of what starts at i, then
/// consumers take more.</para>
/// <para>4. Shares are of what is taken or given, in whole nW, largest remainder first, then the earlier agent. So an agent is
/// never outside its own demand at the two steps beside the price.</para>
/// <para>5. What no neighbour can close stays at the cluster's boundary: the target itself, the rest where the curve does not
/// cross it, and less than 1 µW where demands counted as equal.</para>
/// </remarks>
/// <param name="Demands">By agent, in the order of the curves.</param>
public sealed record CurveAllocation(ImmutableArray<Demand> Demands)
{
    private const long NanoWattSecondsPerWattHour = 3600 * Demand.NanoWattsPerWatt;

    /// <summary>What flows in over the cluster's boundary: the sum. − flows out.</summary>
    public Demand Boundary => Demands.Aggregate(Demand.Zero, (sum, demand) => sum + demand);

    /// <param name="curves">One for each agent, in the order of their keys: a tie goes to the earlier.</param>
    /// <param name="index">The price step.</param>
    /// <param name="target">What the agents together should take.</param>
    /// <exception cref="ArgumentException">The curves are on different bases.</exception>
    public static CurveAllocation Of(IReadOnlyList<DemandCurve> curves, int index, Demand target)
    {
        if (curves.Any(curve => curve.Basis != curves[0].Basis))
        {
            throw new ArgumentException(CurveFault.OtherBasis.Code(), nameof(curves));
        }

        var taken = new long[curves.Count];
        Int128 excess = -target.NanoWatts;
        for (var agent = 0; agent < taken.Length; agent++)
        {
            taken[agent] = curves[agent][index].NanoWatts;
            excess += taken[agent];
        }

        var neighbour = excess > 0 ? index + 1 : index - 1;
        if (excess != 0 && curves.Count > 0 && neighbour >= 0 && neighbour < curves[0].Basis.PriceSteps)
        {
            var consumersAreLong = excess > 0;
            excess = Close(curves, index, neighbour, excess, consumersAreLong, isLong: true, taken);
            Close(curves, index, neighbour, excess, !consumersAreLong, isLong: false, taken);
        }

        return new CurveAllocation([.. taken.Select(nanoWatts => new Demand(nanoWatts))]);
    }

    /// <summary>
    /// The energy over a period in whole Wh. The sum and the consumption are rounded half up once; production is what lies
    /// between them. Each side is shared by rounding down and giving the missing Wh to the largest remainders, then to the
    /// earlier agent. Where the demands sum to zero the energies do: bought = sold.
    /// </summary>
    /// <param name="seconds">The length of the period; positive.</param>
    public ImmutableArray<Energy> EnergyOver(int seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        var consumption = SideOver(seconds, sign: 1);
        var production = SideOver(seconds, sign: -1);
        var consumed = RoundHalfUp(consumption.Work);
        LargestRemainder.GiveOut(consumed, consumption.Shares, consumption.Remainders);
        LargestRemainder.GiveOut(consumed - RoundHalfUp(consumption.Work - production.Work), production.Shares, production.Remainders);
        return [.. consumption.Shares.Zip(production.Shares, (taken, given) => new Energy(taken - given))];
    }

    private (Int128 Work, long[] Shares, Int128[] Remainders) SideOver(int seconds, int sign)
    {
        var shares = new long[Demands.Length];
        var remainders = new Int128[Demands.Length];
        Int128 total = 0;
        for (var agent = 0; agent < shares.Length; agent++)
        {
            var work = Int128.Max(0, (Int128)Demands[agent].NanoWatts * sign) * seconds;
            total += work;
            (var whole, remainders[agent]) = Int128.DivRem(work, NanoWattSecondsPerWattHour);
            shares[agent] = (long)whole;
        }

        return (total, shares, remainders);
    }

    /// <summary>Lets one side close the gap as far as it can, and says what is left of it.</summary>
    private static Int128 Close(IReadOnlyList<DemandCurve> curves, int index, int neighbour, Int128 excess, bool consumers, bool isLong, long[] taken)
    {
        var jumps = new long[taken.Length];
        Int128 total = 0;
        for (var agent = 0; agent < jumps.Length; agent++)
        {
            jumps[agent] = Math.Abs(PartOf(curves[agent][index], consumers) - PartOf(curves[agent][neighbour], consumers));
            total += jumps[agent];
        }

        var sign = Int128.Sign(excess);
        var closed = Int128.Min(Int128.Abs(excess), total);
        var shares = LargestRemainder.Share(isLong ? total - closed : closed, jumps);
        for (var agent = 0; agent < shares.Length; agent++)
        {
            // The long side keeps its share of the jump, the other side makes its share of it.
            taken[agent] -= (long)sign * (isLong ? jumps[agent] - shares[agent] : shares[agent]);
        }

        return excess - sign * closed;
    }

    private static long PartOf(Demand demand, bool consumers) =>
        consumers ? Math.Max(demand.NanoWatts, 0) : Math.Min(demand.NanoWatts, 0);

    private static Int128 RoundHalfUp(Int128 work)
    {
        var (quotient, remainder) = Int128.DivRem(work + (NanoWattSecondsPerWattHour / 2), NanoWattSecondsPerWattHour);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
