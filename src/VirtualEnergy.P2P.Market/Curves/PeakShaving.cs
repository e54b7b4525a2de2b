namespace VirtualEnergy.P2P.Market.Curves;

/// <summary>
/// Keeps the flow through a cable or transformer between a floor and a ceiling: clips the curve that a concentrator sends up,
/// and turns the price that comes down into one at which its agents keep to what was sent.
/// </summary>
/// <remarks>
/// Flow that no agent here controls (the measured flow less what the agents were last allocated) takes its part of the room.
/// Clipping brings in no demand that the curve did not have: steps above the ceiling get the first demand below it, steps
/// below the floor the last demand above it. A curve with no demand in between becomes flat. Source: PowerMatcher 2.1,
/// <c>PeakShavingConcentrator</c>; its search for the price walks step by step, ours halves and so ends at the ends.
/// </remarks>
/// <param name="Floor">The least flow; −, when the cluster may feed in. At most <paramref name="Ceiling"/>.</param>
/// <param name="Ceiling">The most flow.</param>
public sealed record PeakShaving(Demand Floor, Demand Ceiling)
{
    public Demand Floor { get; } = Floor <= Ceiling ? Floor : throw new ArgumentException("The floor is above the ceiling.", nameof(Floor));

    /// <summary>What flows beside the agents' own demand.</summary>
    /// <param name="measured">At the cable, now.</param>
    /// <param name="allocated">The agents' demand at the price they were last given.</param>
    public static Demand UncontrolledFlow(Demand measured, Demand allocated) => measured - allocated;

    /// <summary>The curve to send up.</summary>
    /// <param name="aggregate">The sum of the agents' curves.</param>
    /// <param name="uncontrolled">Zero where nothing is measured.</param>
    public DemandCurve Clip(DemandCurve aggregate, Demand uncontrolled)
    {
        // The room that the agents have is what the uncontrolled flow leaves.
        var ceiling = Ceiling - uncontrolled;
        var floor = Floor - uncontrolled;
        var demands = aggregate.Demands;
        var start = FirstAtMost(demands, ceiling);
        if (start == demands.Length)
        {
            return DemandCurve.Flat(aggregate.Basis, demands[^1]);
        }

        var end = LastAtLeast(demands, floor);
        if (end < start)
        {
            // All of the curve is below the floor, or it jumps over the room between floor and ceiling.
            return DemandCurve.Flat(aggregate.Basis, demands[start]);
        }

        var clipped = demands.ToArray();
        clipped.AsSpan(0, start).Fill(demands[start]);
        clipped.AsSpan(end + 1).Fill(demands[end]);
        return DemandCurve.Trusted(aggregate.Basis, clipped);
    }

    /// <summary>The price step to pass on to the agents: where their demand has come to what the clipped curve promised.</summary>
    /// <param name="aggregate">The sum of the agents' curves.</param>
    /// <param name="sent">The clipped curve that the price answers.</param>
    /// <param name="index">The step of the price from above.</param>
    public static int PriceFor(DemandCurve aggregate, DemandCurve sent, int index)
    {
        var promised = sent[index];
        var demands = aggregate.Demands;
        return demands[index] > promised ? Math.Min(FirstAtMost(demands, promised), demands.Length - 1)
            : demands[index] < promised ? Math.Max(LastAtLeast(demands, promised), 0)
            : index;
    }

    /// <summary>The first step with no more than this; the number of steps when all have more.</summary>
    private static int FirstAtMost(ReadOnlySpan<Demand> demands, Demand bound)
    {
        int low = 0, high = demands.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = demands[middle] > bound ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The last step with no less than this; −1 when all have less.</summary>
    private static int LastAtLeast(ReadOnlySpan<Demand> demands, Demand bound)
    {
        int low = 0, high = demands.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = demands[middle] >= bound ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
