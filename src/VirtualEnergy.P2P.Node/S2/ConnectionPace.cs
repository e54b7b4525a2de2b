using System.Collections.Concurrent;

namespace VirtualEnergy.P2P.Node.S2;

/// <summary>How often a device may connect: one that comes and goes every second, or comes back at once after it was shown out, costs a handshake each time.</summary>
/// <param name="time">Its passing, not its clock.</param>
internal sealed class ConnectionPace(TimeProvider time)
{
    /// <summary>Within any minute. A device that waits a little longer after each failure never comes near.</summary>
    public const int MostAMinute = 20;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Queue<long>> _came = new(StringComparer.Ordinal);

    /// <summary>Whether a device may connect now; if so, that counts.</summary>
    /// <param name="device">One that was let in by its token: nobody else is counted.</param>
    public bool Allows(string device)
    {
        var came = _came.GetOrAdd(device, _ => new Queue<long>());
        lock (came)
        {
            while (came.TryPeek(out var first) && time.GetElapsedTime(first) >= Minute)
            {
                came.Dequeue();
            }

            if (came.Count >= MostAMinute)
            {
                return false;
            }

            came.Enqueue(time.GetTimestamp());
            return true;
        }
    }
}
