namespace VirtualEnergy.P2P.Bsp.Reservations;

/// <summary>To which market flexibility is promised. All of them draw on the one ledger (design, market rule 10).</summary>
public enum ReservationChannel
{
    /// <summary>The community's own auction: what a bid may move the home away from its program.</summary>
    LocalMarket,

    /// <summary>A product of the distribution system operator, for a congestion point.</summary>
    GridOperator,

    /// <summary>The ancillary-services market (MSD) of the transmission system operator.</summary>
    AncillaryServices,
}
