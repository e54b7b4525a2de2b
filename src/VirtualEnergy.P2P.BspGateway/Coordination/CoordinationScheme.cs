namespace VirtualEnergy.P2P.BspGateway.Coordination;

/// <summary>
/// Who buys a community's flexibility, and in which order, when the operators of both networks want it. The five schemes and their
/// letters are those of the SmartNet project (Horizon 2020, 2016–2019); what each means here is written down in
/// <see cref="CoordinationRules"/>, modelled on its public summaries.
/// </summary>
public enum CoordinationScheme
{
    /// <summary>A: one market, run by the transmission system operator.</summary>
    Centralised,

    /// <summary>B: the distribution system operator's local market first; what is left goes on to the transmission system operator.</summary>
    Local,

    /// <summary>C: each operator balances his own network; the local market keeps a schedule at the border between them.</summary>
    SharedBalancing,

    /// <summary>D: both operators buy in one market, at the least cost of both together.</summary>
    Common,

    /// <summary>E: one market open to operators and traders alike; the price decides.</summary>
    Integrated,
}

/// <summary>Who asks for flexibility.</summary>
public enum FlexibilityBuyer
{
    /// <summary>The transmission system operator: balancing and system services.</summary>
    TransmissionOperator,

    /// <summary>The distribution system operator: congestion and voltage of the local network.</summary>
    DistributionOperator,

    /// <summary>Everybody else who buys flexibility: balance responsible parties, traders.</summary>
    Trader,
}
