namespace VirtualEnergy.P2P.Flexibility.Headroom;

/// <summary>Periods in a row over which a change of power is held.</summary>
/// <param name="First">Index of the first, from the first period of the plan on.</param>
/// <param name="Count">How many, positive.</param>
public readonly record struct HoldingSpan(int First, int Count)
{
    /// <summary>The longest that is asked for: three hours of quarters of an hour.</summary>
    public const int MostPeriods = 12;

    /// <summary>Index after the last.</summary>
    public int End => First + Count;

    /// <summary>Spans of equal length, one after the other.</summary>
    public static IEnumerable<HoldingSpan> Row(int first, int count, int spans) =>
        Enumerable.Range(0, spans).Select(i => new HoldingSpan(first + i * count, count));
}
