namespace VirtualEnergy.P2P.Market.Auctions;

/// <summary>What a mechanism asks of the community that chooses it.</summary>
public static class MechanismNeeds
{
    /// <summary>Whether rounds take a seed that nobody may choose after the bids are known: for MUDA's division into halves.</summary>
    public static bool DrawsLots(this MechanismKind kind) => kind is MechanismKind.Muda;

    /// <summary>
    /// Whether buyers may pay more than sellers get, or members beside their trades: Huang's gap between the two prices, MUDA's fees.
    /// The money needs a community's account to go to.
    /// </summary>
    public static bool TakesMoneyIn(this MechanismKind kind) => kind is MechanismKind.Huang or MechanismKind.Muda;
}
