using System.Collections.Concurrent;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Exchange.Admission;

/// <summary>
/// Bounds what one sender can ask of the exchange: a bucket a member that fills with time. All who are no members share one
/// bucket, so that inventing names gains nothing.
/// </summary>
/// <param name="perSecond">Messages a second in the long run; twice as many at once.</param>
public sealed class MessageRate(MemberDirectory members, int perSecond, TimeProvider time)
{
    private static readonly MemberId Strangers = new("");

    private readonly ConcurrentDictionary<MemberId, Bucket> _buckets = new();
    private long _dropped;

    /// <summary>Messages refused so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>True if the sender may have one more message handled now.</summary>
    public bool TryTake(MemberId sender)
    {
        var key = members.Find(sender) is null ? Strangers : sender;
        var bucket = _buckets.GetOrAdd(key, _ => new Bucket { Left = 2.0 * perSecond, At = time.GetTimestamp() });
        lock (bucket)
        {
            var now = time.GetTimestamp();
            bucket.Left = Math.Min(2.0 * perSecond, bucket.Left + time.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond);
            bucket.At = now;
            if (bucket.Left >= 1)
            {
                bucket.Left--;
                return true;
            }
        }

        Interlocked.Increment(ref _dropped);
        return false;
    }

    private sealed class Bucket
    {
        public double Left { get; set; }

        public long At { get; set; }
    }
}
