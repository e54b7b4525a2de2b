using System.Runtime.InteropServices;

namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>How a curve meets its target.</summary>
public enum EquilibriumKind
{
    /// <summary>The demand is above the target at one step and below it at the next; the price lies between the two.</summary>
    Crossing,

    /// <summary>The demand is the target at one step or several; the price is the middle of them.</summary>
    Balanced,

    /// <summary>The demand is below the target at every price; the price is the minimum.</summary>
    AllSupply,

    /// <summary>The demand is above the target at every price; the price is the maximum.</summary>
    AllDemand,
}

/// <summary>Where a demand curve meets a target demand: the price of the cluster, kept exact.</summary>
/// <remarks>
/// <para>The target above the highest demand gives the minimum price, below the lowest the maximum. Steps whose demand is the
/// target give the middle of the first and the last of them. Otherwise the price divides the gap between the last step above
/// the target and the first one below it in the ratio of the two distances. Demands less than 1 µW apart count as equal.</para>
/// <para>Source: PowerMatcher 2.1, <c>Bid.calculateIntersection</c>; <see cref="ReferenceEquilibrium"/> states the rule without
/// the search.</para>
/// </remarks>
/// <param name="Left">The step at the lower end of the gap.</param>
/// <param name="Right">The step at the upper end; equal to <paramref name="Left"/> where the price is a step's.</param>
/// <param name="Numerator">How far from left to right, times <paramref name="Denominator"/>; from 0 to it.</param>
/// <param name="Denominator">Positive.</param>
public readonly record struct Equilibrium(EquilibriumKind Kind, int Left, int Right, long Numerator, long Denominator)
{
    /// <summary>Demands less than this apart count as equal: 1 µW, PowerMatcher's smallest demand.</summary>
    public static readonly Demand SmallestDifference = new(1_000);

    /// <summary>The step nearest to the price; exactly between two, the upper one.</summary>
    public int Index => (int)(Left + (2 * (Int128)(Right - Left) * Numerator + Denominator) / (2 * (Int128)Denominator));

    /// <summary>The price in steps above the minimum: a fraction of these two.</summary>
    public (Int128 Numerator, Int128 Denominator) Position => ((Int128)Left * Denominator + (Int128)(Right - Left) * Numerator, Denominator);

    /// <summary>The price, rounded half up to a whole unit of the basis.</summary>
    public long PriceOn(MarketBasis basis)
    {
        if (basis.PriceSteps == 1)
        {
            // One step is all prices at once.
            return Kind switch
            {
                EquilibriumKind.AllSupply => basis.MinimumPrice,
                EquilibriumKind.AllDemand => basis.MaximumPrice,
                _ => basis.MinimumPrice + (basis.MaximumPrice - basis.MinimumPrice + 1) / 2,
            };
        }

        var (steps, denominator) = Position;
        return basis.PriceAt(steps, denominator);
    }

    public static Equilibrium Of(DemandCurve curve, Demand target) => Of(curve.Demands, target);

    /// <summary>Two binary searches; nothing is allocated.</summary>
    /// <param name="demands">Not rising, not empty; each at most <see cref="Demand.MaxOfSum"/> in either direction.</param>
    /// <param name="target">What the curve should come to; the same bound.</param>
    public static Equilibrium Of(ReadOnlySpan<Demand> demands, Demand target)
    {
        var values = MemoryMarshal.Cast<Demand, long>(demands);
        var wanted = target.NanoWatts;
        if (wanted > values[0])
        {
            return new Equilibrium(EquilibriumKind.AllSupply, 0, 0, 0, 1);
        }

        if (wanted < values[^1])
        {
            return new Equilibrium(EquilibriumKind.AllDemand, values.Length - 1, values.Length - 1, 0, 1);
        }

        // Steps from first to last have the target's demand; where none has, last is the step before first.
        var first = CountAbove(values, wanted + SmallestDifference.NanoWatts - 1);
        var last = CountAbove(values, wanted - SmallestDifference.NanoWatts) - 1;
        return first <= last ? Within(values, EquilibriumKind.Balanced, first, last, wanted) : Within(values, EquilibriumKind.Crossing, last, first, wanted);
    }

    internal static Equilibrium Within(ReadOnlySpan<long> values, EquilibriumKind kind, int left, int right, long target)
    {
        var fall = values[left] - values[right];
        return fall < SmallestDifference.NanoWatts
            ? new Equilibrium(kind, left, right, 1, 2)
            : new Equilibrium(kind, left, right, values[left] - target, fall);
    }

    /// <summary>How many steps have more than this; they are the first ones.</summary>
    private static int CountAbove(ReadOnlySpan<long> values, long bound)
    {
        int low = 0, high = values.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (values[middle] > bound)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
