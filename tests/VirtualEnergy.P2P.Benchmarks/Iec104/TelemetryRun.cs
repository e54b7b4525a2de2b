using System.Diagnostics;
using VirtualEnergy.P2P.Benchmarks.Measuring;
using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Benchmarks.Iec104;

/// <summary>Times between arrivals, in seconds.</summary>
internal sealed record TelemetryResult(int Sent, int Received, double Shortest, double Median, double Longest);

/// <summary>A set of measurements every period, and when each arrives at the other end.</summary>
internal static class TelemetryRun
{
    private const int Points = 20;

    public static async Task<TelemetryResult> RunAsync(int seconds, int period, CancellationToken stop)
    {
        await using var link = new MeasuredLink(Points);
        var arrivals = new List<long>();
        var (sets, sent) = (Math.Max(2, seconds / period), 0);
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var controlling = link.Control((in Asdu asdu) =>
        {
            if (asdu.Cause.Cause != Cause.Periodic)
            {
                return;
            }

            // A set arrives in two ASDUs of sixteen and four; its number is its value, and the last object completes it.
            foreach (var item in asdu)
            {
                if (item.Address.Value == Points && item.ShortFloat == arrivals.Count)
                {
                    arrivals.Add(Stopwatch.GetTimestamp());
                }
            }

            if (arrivals.Count == sets)
            {
                finished.TrySetResult();
            }
        });
        await controlling.StartedAsync(stop);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(period));
        var values = new InformationObject[Points];
        while (sent < sets && await timer.WaitForNextTickAsync(stop))
        {
            var time = Cp56Time2a.FromUtc(DateTimeOffset.UtcNow);
            for (var i = 0; i < Points; i++)
            {
                values[i] = InformationObject.MeasuredShortFloat(new ObjectAddress(i + 1), sent, time: time);
            }

            link.Station.Update(MeasuredLink.Address, values, Cause.Periodic);
            sent++;
            if (sent % 15 == 0)
            {
                Console.Error.WriteLine($"{sent} of {sets} sets sent, {arrivals.Count} arrived");
            }
        }

        // What has not come after a whole period more is missing.
        await Task.WhenAny(finished.Task, Task.Delay(TimeSpan.FromSeconds(period), stop));
        var between = new Samples();
        foreach (var (earlier, later) in arrivals.Zip(arrivals.Skip(1)))
        {
            between.Add(Stopwatch.GetElapsedTime(earlier, later).TotalSeconds);
        }

        return arrivals.Count < 2 ? new TelemetryResult(sent, arrivals.Count, 0, 0, 0) : new TelemetryResult(sent, arrivals.Count, between.Percentile(0), between.Median, between.Percentile(100));
    }
}
