using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Bsp.Offers;

/// <summary>A home's power in an offer, and how surely it comes.</summary>
public readonly record struct UncertainPower(long Watts, DeliveryRecord Record);

/// <summary>
/// The power that homes deliver together with a chosen probability, in W: the largest for which the probability of at least that much is
/// not below it. Homes count as independent of each other; what makes them fail together belongs into their headroom.
/// </summary>
/// <remarks>
/// The distribution of what is missing is convolved home by home on a grid, every rounding towards less power, and Hoeffding's bound
/// (1963, theorem 2) is taken where it says more, as it does when the grid is coarse. Both are never above the true quantile. Whole numbers
/// throughout: the same on every machine.
/// </remarks>
public static class FirmPower
{
    // Multiplications of one convolution: some 10 ms. The grid is as fine as they allow.
    private const long Budget = 4_000_000;

    // A probability of 1 in fixed point: 62 bits, so that a product of two fits into 128.
    private const int Bits = 62;

    /// <param name="homes">Powers of 0 W or more.</param>
    /// <param name="confidencePermille">500 to 999.</param>
    public static long Of(IReadOnlyCollection<UncertainPower> homes, int confidencePermille)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(confidencePermille, 500);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(confidencePermille, 999);
        var total = homes.Sum(home => home.Watts);
        var missing = HoeffdingMissing(homes, confidencePermille);
        var bounded = Int128.Max(0, total - missing);
        return (long)Int128.Max(bounded, total - (ConvolvedMissing(homes, (long)Int128.Min(missing, total), confidencePermille) ?? total));
    }

    /// <summary>What is missing at most with the chosen probability, by Hoeffding: its mean + √(ln(1/(1−c))/2 · Σ watts²), rounded up.</summary>
    internal static Int128 HoeffdingMissing(IReadOnlyCollection<UncertainPower> homes, int confidencePermille)
    {
        var mean = homes.Aggregate(Int128.Zero, (sum, home) => sum + home.Record.MeanMissing(home.Watts));
        var squares = homes.Aggregate(Int128.Zero, (sum, home) => sum + (Int128)home.Watts * home.Watts);
        var underRoot = squares * FixedLog.MillionthsUp(1000, 1000 - confidencePermille) / 2_000_000 + 1;
        return mean + RootUp(underRoot);
    }

    /// <summary>The same by convolution, in W; null where it is more than <paramref name="most"/>.</summary>
    internal static long? ConvolvedMissing(IReadOnlyCollection<UncertainPower> homes, long most, int confidencePermille)
    {
        var quantum = Quantum(homes, most);
        var mass = new ulong[most / quantum + 1];
        mass[0] = 1UL << Bits;
        var reach = 0L;
        foreach (var home in homes.Where(home => home.Watts > 0))
        {
            (mass, reach) = Convolve(mass, reach, home, quantum);
        }

        var wanted = ((UInt128)(ulong)confidencePermille << Bits) / 1000 + 1;
        UInt128 reached = 0;
        for (var bin = 0; bin < mass.Length; bin++)
        {
            reached += mass[bin];
            if (reached >= wanted)
            {
                return bin * quantum;
            }
        }

        return null;
    }

    /// <summary>The width of a bin: as fine as the budget allows, or up to half as much again where homes' powers fit it better.</summary>
    private static long Quantum(IReadOnlyCollection<UncertainPower> homes, long most)
    {
        var outcomes = homes.Sum(home => (long)home.Record.Outcomes.Length);
        var finest = (long)Int128.Max(1, ((Int128)most * outcomes + Budget - 1) / Budget);
        return finest == 1 ? 1 : Enumerable.Range(0, 17).Select(part => finest + finest * part / 32).Distinct().MinBy(quantum => homes.Sum(home =>
            home.Record.Outcomes.Sum(outcome => (Bins(home, outcome.MissingTenths, quantum) * quantum * 10 - home.Watts * outcome.MissingTenths) * outcome.Weight / home.Record.Total)));
    }

    /// <summary>How many bins a home's missing power takes, rounded up.</summary>
    private static long Bins(UncertainPower home, int missingTenths, long quantum) => (home.Watts * missingTenths + 10 * quantum - 1) / (10 * quantum);

    /// <param name="reach">The last bin that can hold anything.</param>
    private static (ulong[] Mass, long Reach) Convolve(ulong[] mass, long reach, UncertainPower home, long quantum)
    {
        var next = new ulong[mass.Length];
        var further = reach;
        foreach (var (missingTenths, weight) in home.Record.Outcomes)
        {
            var shift = Bins(home, missingTenths, quantum);
            var probability = (ulong)(((UInt128)(ulong)weight << Bits) / (UInt128)(ulong)home.Record.Total);
            var end = Math.Min(reach + shift, mass.Length - 1);
            for (var bin = shift; bin <= end; bin++)
            {
                // High and low half of the product; what lies below bit 62 is dropped, which never adds to a probability.
                var high = Math.BigMul(mass[bin - shift], probability, out var low);
                next[bin] += (high << (64 - Bits)) | (low >> Bits);
            }

            further = Math.Max(further, end);
        }

        return (next, further);
    }

    /// <summary>The least whole number whose square is not below the argument.</summary>
    private static Int128 RootUp(Int128 square)
    {
        Int128 low = 0, high = (Int128)1 << 63;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = middle * middle >= square ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
