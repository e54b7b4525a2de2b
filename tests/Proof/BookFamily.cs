namespace VirtualEnergy.P2P.Tests.Proof;

/// <summary>Kinds of random books; each aims at one way to go wrong.</summary>
public enum BookFamily
{
    /// <summary>Prices and energies of every size, negative prices among them; buyers and sellers apart.</summary>
    Random,

    /// <summary>Four prices and small energies: the margin is shared almost always, and leaves remainders.</summary>
    Ties,

    /// <summary>Everything at one price.</summary>
    OnePrice,

    /// <summary>Only buys, or only sells.</summary>
    OneSide,

    /// <summary>Every buy above every sell: all of the shorter side trades.</summary>
    Crossed,

    /// <summary>Energies around 2⁶³ Wh: sums pass 64 bits.</summary>
    Huge,

    /// <summary>Two to five owners, each on both sides.</summary>
    BothSides,

    /// <summary>One owner holds nearly all of the book, on both sides.</summary>
    OneOwner,

    /// <summary>Up to sixty members in four zones.</summary>
    ManyMembers,

    /// <summary>Admissible bids: a member's steps share one key, buys below sells.</summary>
    Bids,

    /// <summary>Four zones with a fee for each pair, without limits: every mechanism but the curve market honours it.</summary>
    Fees,

    /// <summary>Four zones with fees and limits on lines.</summary>
    Lines,

    /// <summary>Premiums for green, local and a partner's energy, without a network.</summary>
    Premiums,

    /// <summary>Fees, limits and premiums together.</summary>
    LinesAndPremiums,
}
