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
        var (consumption, production) = SidesOver(seconds);
        return Whole(consumption, production, RoundHalfUp(consumption.Work - production.Work));
    }

    /// <summary>The least and the most that whole Wh can add up to when each agent's are its demand's, rounded down or up.</summary>
    public (Energy Least, Energy Most) EnergyBounds(int seconds)
    {
        var (consumption, production) = SidesOver(seconds);
        return (new Energy((long)(consumption.Least - production.Most)), new Energy((long)(consumption.Most - production.Least)));
    }

    /// <summary>
    /// Shares out an energy that was decided elsewhere, as a concentrator does with its own allocation: demands by the rules above
    /// with that energy as the target, then each rounded down or up such that they add up to it.
    /// </summary>
    /// <remarks>
    /// Where the energy is a rounding of what the sum of the curves can be between the neighbours of the price step, there always
    /// is such a sharing: the demands come to within one Wh of it, and the bounds of their sum are whole.
    /// </remarks>
    /// <param name="seconds">The length of the period; positive.</param>
    /// <param name="energies">By agent; empty when the curves do not offer this energy at this step.</param>
    /// <exception cref="ArgumentException">The curves are on different bases.</exception>
    public static bool TryShare(IReadOnlyList<DemandCurve> curves, int index, Energy energy, int seconds, out ImmutableArray<Energy> energies)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        energies = [];
        var target = (Int128)energy.WattHours * NanoWattSecondsPerWattHour / seconds;
        if (Int128.Abs(target) > Demand.MaxOfSum.NanoWatts)
        {
            return false;
        }

        var allocation = Of(curves, index, new Demand((long)target));
        var (least, most) = allocation.EnergyBounds(seconds);
        if (energy < least || energy > most)
        {
            return false;
        }

        var (consumption, production) = allocation.SidesOver(seconds);
        energies = Whole(consumption, production, energy.WattHours);
        return true;
    }

    private static ImmutableArray<Energy> Whole(EnergySide consumption, EnergySide production, Int128 sum)
    {
        // Consumption is rounded half up, or as near to it as production can still make up the sum.
        var consumed = Int128.Clamp(
            RoundHalfUp(consumption.Work), Int128.Max(consumption.Least, sum + production.Least), Int128.Min(consumption.Most, sum + production.Most));
        LargestRemainder.GiveOut(consumed, consumption.Shares, consumption.Remainders);
        LargestRemainder.GiveOut(consumed - sum, production.Shares, production.Remainders);
        return [.. consumption.Shares.Zip(production.Shares, (taken, given) => new Energy(taken - given))];
    }

    private (EnergySide Consumption, EnergySide Production) SidesOver(int seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        return (SideOver(seconds, sign: 1), SideOver(seconds, sign: -1));
    }

    private EnergySide SideOver(int seconds, int sign)
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

        var least = shares.Aggregate(Int128.Zero, (sum, share) => sum + share);
        return new EnergySide(total, shares, remainders, least, least + remainders.Count(remainder => remainder > 0));
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

    /// <summary>One side over a period: its work in nW s, each agent's whole Wh and what is left, and the sum when all round down or up.</summary>
    private readonly record struct EnergySide(Int128 Work, long[] Shares, Int128[] Remainders, Int128 Least, Int128 Most);
}
