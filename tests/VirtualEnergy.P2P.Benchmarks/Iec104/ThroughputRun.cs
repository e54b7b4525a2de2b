using System.Diagnostics;
using VirtualEnergy.P2P.Iec104.Asdus;

namespace VirtualEnergy.P2P.Benchmarks.Iec104;

/// <summary>How the objects are sent.</summary>
internal enum ObjectWay
{
    /// <summary>Type 13, as many to an ASDU as fit.</summary>
    Floats,

    /// <summary>Type 36, as many to an ASDU as fit.</summary>
    FloatsWithTime,

    /// <summary>Type 36, each in an ASDU of its own.</summary>
    OneToAnAsdu,
}

internal sealed record ThroughputResult(string Way, int Objects, double Seconds, double ObjectsPerSecond, double AsdusPerSecond);

/// <summary>Sends objects over one connection as fast as it takes them, and counts what arrives.</summary>
internal static class ThroughputRun
{
    private const int Points = 1_000;

    /// <summary>Below the buffer's 10,000, so that nothing is dropped.</summary>
    private const int MostWaiting = 8_000;

    public static async Task<ThroughputResult> RunAsync(ObjectWay way, int objects, CancellationToken stop)
    {
        await using var link = new MeasuredLink(Points);
        var (received, asdus, sum) = (0, 0, 0.0);
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var controlling = link.Control((in Asdu asdu) =>
        {
            if (!asdu.Type.IsMonitored())
            {
                return;
            }

            asdus++;
            foreach (var item in asdu)
            {
                sum += item.ShortFloat;
                received++;
            }

            if (received >= objects)
            {
                finished.TrySetResult();
            }
        });
        await controlling.StartedAsync(stop);

        var batch = new InformationObject[Points];
        var expected = 0.0;
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < objects;)
        {
            var count = Math.Min(Points, objects - sent);
            Cp56Time2a? time = way == ObjectWay.Floats ? null : Cp56Time2a.FromUtc(DateTimeOffset.UtcNow);
            for (var i = 0; i < count; i++)
            {
                var value = (sent + i) % 1_024; // exact as a float, and so is the sum as a double
                expected += value;
                batch[i] = InformationObject.MeasuredShortFloat(new ObjectAddress(i + 1), value, time: time);
            }

            Send(link, way, batch.AsSpan(0, count));
            sent += count;
            while (link.Station.WaitingEvents > MostWaiting)
            {
                stop.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        await finished.Task.WaitAsync(stop);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (received != objects || sum != expected || link.Station.DroppedEvents > 0)
        {
            throw new InvalidOperationException($"Of {objects} objects {received} arrived, their sum is {sum} and should be {expected}.");
        }

        return new ThroughputResult($"{way}", objects, seconds, objects / seconds, asdus / seconds);
    }

    private static void Send(MeasuredLink link, ObjectWay way, ReadOnlySpan<InformationObject> values)
    {
        if (way != ObjectWay.OneToAnAsdu)
        {
            link.Station.Update(MeasuredLink.Address, values);
            return;
        }

        // Events of different causes do not share an ASDU.
        for (var i = 0; i < values.Length; i++)
        {
            link.Station.Update(MeasuredLink.Address, values[i], i % 2 == 0 ? Cause.Spontaneous : Cause.Periodic);
        }
    }
}
