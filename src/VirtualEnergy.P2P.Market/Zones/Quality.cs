namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>What is known of the origin of energy that was delivered (market rule 7), as the buyer got it.</summary>
[Flags]
public enum Quality
{
    /// <summary>Grey: of any origin, or of one that is not tracked.</summary>
    None = 0,

    /// <summary>From a seller that the community's register calls green.</summary>
    Green = 1,

    /// <summary>From the buyer's own zone.</summary>
    Local = 2,

    /// <summary>From the seller that the buyer named.</summary>
    Partner = 4,
}
