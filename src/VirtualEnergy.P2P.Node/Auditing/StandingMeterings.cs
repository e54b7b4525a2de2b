using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Settlement.Auditing;
using VirtualEnergy.P2P.Settlement.Contracts;

namespace VirtualEnergy.P2P.Node.Auditing;

/// <summary>The metered batches of a log that were not rolled back.</summary>
internal static class StandingMeterings
{
    /// <summary>By metered period, ascending.</summary>
    public static IEnumerable<SettledMeteredEvent> Of(IEnumerable<ChainEvent> events)
    {
        var standing = new SortedDictionary<Period, SettledMeteredEvent>();
        foreach (var known in events)
        {
            if (known is MeteredSettled { Settled: var batch })
            {
                standing[batch.MeteredPeriod] = batch;
            }
            else if (known is MeteredRolledBack { Period: var undone })
            {
                standing.Remove(undone);
            }
        }

        return standing.Values;
    }
}
