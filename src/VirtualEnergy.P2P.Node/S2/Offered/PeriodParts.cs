using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A while, in the parts that lie in one period each: what is simulated by periods runs within them.</summary>
internal static class PeriodParts
{
    /// <summary>Each part's period, and how many hours of it.</summary>
    public static IEnumerable<(Period Period, double Hours)> Between(PeriodGrid grid, DateTimeOffset from, DateTimeOffset to)
    {
        while (from < to)
        {
            var period = grid.At(from);
            var end = grid.EndOf(period) < to ? grid.EndOf(period) : to;
            yield return (period, (end - from).TotalHours);
            from = end;
        }
    }
}
