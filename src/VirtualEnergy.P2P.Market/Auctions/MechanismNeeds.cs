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

    /// <summary>Whether fees between zones are honoured (market rule 6).</summary>
    public static bool KnowsFees(this MechanismKind kind) => kind is not MechanismKind.Curve;

    /// <summary>Whether limits on the lines between zones are honoured, too.</summary>
    public static bool KnowsLimits(this MechanismKind kind) => kind is MechanismKind.Uniform or MechanismKind.PayAsBid or MechanismKind.Continuous;
}
