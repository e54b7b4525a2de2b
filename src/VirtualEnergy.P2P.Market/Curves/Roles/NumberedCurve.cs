namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>A bid on its way up.</summary>
/// <param name="BidNumber">Its sender's own count; each bid has a higher one than the sender's last.</param>
public readonly record struct NumberedCurve(long BidNumber, DemandCurve Curve);

/// <summary>A price on its way down.</summary>
/// <param name="BidNumber">The receiver's bid that this price takes into account.</param>
/// <param name="Price">In the unit of the market basis.</param>
public readonly record struct NumberedPrice(long BidNumber, long Price);

/// <summary>A price for one agent.</summary>
public readonly record struct PriceFor(string Agent, NumberedPrice Price);
