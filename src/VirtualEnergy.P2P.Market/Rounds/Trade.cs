namespace VirtualEnergy.P2P.Market.Rounds;

/// <summary>One buyer, one seller, one price. The buyer pays exactly what the seller gets.</summary>
/// <param name="Energy">Wh, positive.</param>
/// <param name="Price">µEUR/kWh.</param>
public readonly record struct Trade(MemberId Buyer, MemberId Seller, Energy Energy, Price Price)
{
    /// <summary>µEUR from buyer to seller; negative when the price is.</summary>
    public Money Amount => Price.Of(Energy);
}

/// <summary>A member's net money of one round: + is received, − is paid. µEUR.</summary>
public readonly record struct MemberDelta(MemberId Member, Money Delta);
