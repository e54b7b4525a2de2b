using System.Diagnostics;
using VirtualEnergy.P2P.Benchmarks.Measuring;

namespace VirtualEnergy.P2P.Benchmarks.Gateway;

/// <summary>Times between arrivals at the system operator, in seconds.</summary>
/// <param name="Due">Sets that the time has room for.</param>
/// <param name="Outside">Times that are not 4 s ± 0.1 s.</param>
internal sealed record GatewayTelemetryResult(int Homes, int Due, int Received, long MissedCycles, double Shortest, double Median, double Longest, int Outside);

/// <summary>Homes measured every four seconds, and when the sum of it arrives at the system operator.</summary>
internal static class GatewayTelemetryRun
{
    private const int Period = 4;

    public static async Task<GatewayTelemetryResult> RunAsync(int homes, int customers, int seconds, CancellationToken stop)
    {
        await using var bed = await GatewayBed.StartAsync(homes, customers, isAtOnce: false, stop);
        var arrivals = new List<long>();
        var due = seconds / Period;
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bed.Tso.OnTick = _ =>
        {
            if (arrivals.Count < due)
            {
                arrivals.Add(Stopwatch.GetTimestamp());
            }

            if (arrivals.Count == due)
            {
                finished.TrySetResult();
            }
        };

        // What has not come two periods later is missing.
        await Task.WhenAny(finished.Task, Task.Delay(TimeSpan.FromSeconds(seconds + 2 * Period), stop));
        var between = new Samples();
        var outside = 0;
        foreach (var (earlier, later) in arrivals.Zip(arrivals.Skip(1)))
        {
            var elapsed = Stopwatch.GetElapsedTime(earlier, later).TotalSeconds;
            between.Add(elapsed);
            outside += Math.Abs(elapsed - Period) > 0.1 ? 1 : 0;
        }

        return new GatewayTelemetryResult(
            homes, due, arrivals.Count, bed.Gateway.Parts.Clock.Missed, between.Percentile(0), between.Median, between.Percentile(100), outside);
    }
}
