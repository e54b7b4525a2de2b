namespace VirtualEnergy.P2P.Market.Balancing;

/// <summary>How a power came to be known.</summary>
public enum TelemetryQuality
{
    /// <summary>By the home's meter, not older than the time between two samples.</summary>
    Measured,

    /// <summary>From what the home's devices were told: there is no meter that says its power.</summary>
    Calculated,

    /// <summary>The meter has been silent; its last word.</summary>
    Stale,

    /// <summary>Nothing is known; the power is 0.</summary>
    Invalid,
}

/// <summary>What flows through a home's meter now. Not signed: it shows the next element of its session's chain, which only the home knows.</summary>
/// <param name="Session">The session.</param>
/// <param name="Sequence">1, 2, 3, … in the session; a lost one leaves a gap.</param>
/// <param name="At">Unix ms.</param>
/// <param name="Watts">+ import.</param>
/// <param name="Key">Hashed <paramref name="Sequence"/> times it is the session's anchor.</param>
public sealed record TelemetrySample(MemberId Member, long Session, int Sequence, long At, long Watts, TelemetryQuality Quality, Hash256 Key);
