using VirtualEnergy.P2P.Bsp.Remuneration;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.BspGateway.Operation;

/// <summary>Orders of a unit that follow each other without a gap move its homes from the first to the last.</summary>
internal static class OrderChain
{
    /// <summary>When the orders began that reach into a period: before it homes did what they do by themselves. The period's own start where none does.</summary>
    public static DateTimeOffset Start(IEnumerable<OrderedPower> orders, Period period, PeriodGrid grid)
    {
        var start = grid.EndOf(period);
        foreach (var order in orders.Where(order => order.End > order.Start).OrderByDescending(order => order.End))
        {
            var reaches = start == grid.EndOf(period) ? order.Start < start && order.End > grid.StartOf(period) : order.End >= start;
            start = reaches && order.Start < start ? order.Start : start;
        }

        return start == grid.EndOf(period) ? grid.StartOf(period) : start;
    }
}
