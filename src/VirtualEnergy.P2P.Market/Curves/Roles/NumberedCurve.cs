namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>A bid on its way up.</summary>
/// <param name="BidNumber">Its sender's own count; each bid has a higher one than the sender's last.</param>
/// <param name="ExpiresAt">From then on it no longer counts: ms on the clock that the cluster shares.</param>
public readonly record struct NumberedCurve(long BidNumber, DemandCurve Curve, long ExpiresAt);

/// <summary>A price on its way down.</summary>
/// <param name="BidNumber">The receiver's bid that this price takes into account.</param>
/// <param name="Price">In the unit of the market basis.</param>
public readonly record struct NumberedPrice(long BidNumber, long Price);

/// <summary>A price for one agent.</summary>
public readonly record struct PriceFor(MemberId Agent, NumberedPrice Price);

/// <summary>What an agent takes in a period, decided when the period closed.</summary>
/// <param name="BidNumber">The receiver's bid that counted then.</param>
/// <param name="Price">What it is settled at, in the unit of the market basis; its nearest step is where the curve is read.</param>
/// <param name="Energy">Whole Wh; + bought, − sold.</param>
public readonly record struct NumberedAllocation(long BidNumber, Period Period, long Price, Energy Energy);

/// <summary>An allocation for one agent.</summary>
public readonly record struct AllocationFor(MemberId Agent, NumberedAllocation Allocation);
