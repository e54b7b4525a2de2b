using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>Whom a concentrator or an auctioneer takes bids from, and how much.</summary>
public sealed record AgentBookRules
{
    /// <summary>Who may bid; null for everyone.</summary>
    public ImmutableHashSet<MemberId>? Whitelist { get; init; }

    /// <summary>How long a bid counts at most, ms; positive.</summary>
    public long BidLifetime { get; init; } = 300_000;

    /// <summary>The most agents at a time; positive.</summary>
    public int MostAgents { get; init; } = 100_000;

    /// <summary>
    /// What all bids together may come to in either direction. A concentrator states their sum as a bid of its own and is held to
    /// what one bid may state; otherwise one agent too many would have the sum refused, and with it all the others.
    /// </summary>
    public Demand MostDemand { get; init; } = Demand.MaxOfCurve;
}
