namespace VirtualEnergy.P2P.Market.Balancing;

/// <summary>A home's answer to an order, and its word when it cannot hold one.</summary>
/// <param name="Number">The order's; 0 where it could not be read.</param>
/// <param name="Id">The order's.</param>
/// <param name="Accepted">Whether it is obeyed. What is accepted was durable before.</param>
/// <param name="ShortfallWatts">What the home cannot hold of it, W ≥ 0; 0 where it can hold all.</param>
/// <param name="Reason">Stable code of the refusal or the shortfall; null where there is none.</param>
/// <param name="Detail">For people; not signed.</param>
public sealed record FlexibilityReply(
    MemberId Member, MemberId Bsp, long Number, long Id, bool Accepted, long ShortfallWatts, string? Reason, string? Detail);
