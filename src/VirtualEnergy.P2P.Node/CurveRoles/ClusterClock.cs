using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>Unix time in ms that never goes back: read once, then counted on, whatever happens to the machine's clock.</summary>
public sealed class ClusterClock(TimeProvider time)
{
    private readonly long _start = time.GetUtcNow().ToUnixTimeMilliseconds();
    private readonly long _origin = time.GetTimestamp();

    public TimeProvider Time => time;

    public long Now => _start + (long)time.GetElapsedTime(_origin).TotalMilliseconds;

    public static Period PeriodAt(long now, int seconds) => new(now / 1000 / seconds);
}
