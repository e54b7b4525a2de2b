namespace VirtualEnergy.P2P.DevnetTests.CurveRoles;

/// <summary>A clock that begins where a test wants it, runs like any other, and is moved ahead to the next instant that matters.</summary>
internal sealed class MovableClock : TimeProvider
{
    private long _aheadTicks;

    public MovableClock(DateTimeOffset start) => MoveTo(start);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _aheadTicks));

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _aheadTicks) * (TimestampFrequency / TimeSpan.TicksPerSecond);

    public void MoveTo(DateTimeOffset instant) => Interlocked.Add(ref _aheadTicks, (instant - GetUtcNow()).Ticks);
}
