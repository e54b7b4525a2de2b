using VirtualEnergy.P2P.Market.Auctions;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>Runs a plan under all of its mechanisms and with the supplier alone, as many at a time as there are processors.</summary>
public static class LabRun
{
    /// <param name="plan">What is replayed.</param>
    /// <param name="time">For wall times only.</param>
    /// <param name="done">
    /// Told the name of a replay and the number of its periods that are done; from any thread, of one replay in order.
    /// </param>
    /// <param name="cancellation">Stops all of them.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LabResult Run(LabPlan plan, TimeProvider time, Action<string, int>? done = null, CancellationToken cancellation = default)
    {
        // The supplier alone takes least, so it comes last: the processors then end at about the same time.
        MechanismKind?[] kinds = [.. plan.Mechanisms.Select(kind => (MechanismKind?)kind), null];
        var results = new MechanismResult[kinds.Length];
        var queue = System.Collections.Concurrent.Partitioner.Create(Enumerable.Range(0, kinds.Length), System.Collections.Concurrent.EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(
            queue, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation },
            i => results[i] = MechanismReplay.Run(plan, kinds[i], time, periods => done?.Invoke(kinds[i]?.Code() ?? MechanismResult.SupplierOnly, periods), cancellation));
        return new LabResult(plan, results[^1], [.. results[..^1]]);
    }
}
