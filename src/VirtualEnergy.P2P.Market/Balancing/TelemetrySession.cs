namespace VirtualEnergy.P2P.Market.Balancing;

/// <summary>A home begins to send samples. Signed by the member, so that samples need no signature of their own.</summary>
/// <param name="Session">When it began, unix ms: a newer one ends it.</param>
/// <param name="Anchor">The end of the chain whose elements the samples show, one after the other, from the end to the beginning.</param>
/// <param name="Length">Samples that the chain is long enough for.</param>
public sealed record TelemetrySession(MemberId Member, MemberId Bsp, long Session, Hash256 Anchor, int Length);
