using System.Diagnostics;
using VirtualEnergy.P2P.Iec104.Asdus;
using VirtualEnergy.P2P.Iec104.Transport;

namespace VirtualEnergy.P2P.Benchmarks.Iec104;

/// <param name="Resident">Octets of the process, both ends of every connection included.</param>
internal sealed record ConnectionsResult(int Connections, int Events, double Seconds, long ResidentBefore, long Resident, long BytesPerConnection);

/// <summary>Many started connections to one station, all of them at work.</summary>
internal static class ConnectionsRun
{
    private const int Points = 100;
    private const int Events = 1_000;

    public static async Task<ConnectionsResult> RunAsync(int count, CancellationToken stop)
    {
        var before = Resident();
        var start = Stopwatch.GetTimestamp();
        await using var link = new MeasuredLink(Points, count);
        var controlling = new List<ControllingStation>();
        try
        {
            var received = new int[count];
            var left = count;
            var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            for (var i = 0; i < count; i++)
            {
                var index = i;
                controlling.Add(link.Control((in Asdu asdu) =>
                {
                    received[index] += asdu.Cause.Cause == Cause.Spontaneous ? asdu.Count : 0;
                    if (received[index] >= Events && asdu.Cause.Cause == Cause.Spontaneous && received[index] - asdu.Count < Events && Interlocked.Decrement(ref left) == 0)
                    {
                        finished.TrySetResult();
                    }
                }));
            }

            var connections = await Task.WhenAll(controlling.Select(station => station.StartedAsync(stop)));
            var answers = await Task.WhenAll(connections.Select(connection => connection.InterrogateAsync(MeasuredLink.Address)));
            if (answers.Any(answer => !answer.IsDone) || link.Station.Connections != count)
            {
                throw new InvalidOperationException("Not every connection was interrogated.");
            }

            var values = new InformationObject[Points];
            for (var round = 0; round < Events / Points; round++)
            {
                for (var i = 0; i < Points; i++)
                {
                    values[i] = InformationObject.MeasuredShortFloat(new ObjectAddress(i + 1), round);
                }

                link.Station.Update(MeasuredLink.Address, values);
            }

            await finished.Task.WaitAsync(stop);
            var resident = Resident();
            return new ConnectionsResult(count, Events, Stopwatch.GetElapsedTime(start).TotalSeconds, before, resident, (resident - before) / count);
        }
        finally
        {
            foreach (var station in controlling)
            {
                await station.DisposeAsync();
            }
        }
    }

    // As it stands, without a collection first: that is what the machine has to have.
    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
