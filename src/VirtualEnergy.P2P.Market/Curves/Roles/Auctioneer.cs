using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>The top of a cluster: finds the price of all bids, and answers each with it.</summary>
/// <remarks>Source: PowerMatcher 2.1, <c>Auctioneer</c> and <c>ObjectiveAuctioneer</c>.</remarks>
/// <param name="agents">Its own; nobody else changes it.</param>
/// <param name="objective">What the cluster as a whole should take; null for nothing: it balances itself.</param>
public sealed class Auctioneer(AgentBook agents, UpdateLimit limit, ObjectiveAgent? objective = null)
{
    private readonly ObjectiveAgent _objective = objective ?? ObjectiveAgent.SetPoint(agents.Basis, Demand.Zero);
    private Period? _period;

    /// <summary>An agent's bid; null, or why it was refused.</summary>
    public BidRefusal? Bid(string agent, NumberedCurve bid, long now)
    {
        var refusal = agents.Bid(agent, bid, now);
        if (refusal is null)
        {
            limit.Ask();
        }

        return refusal;
    }

    /// <summary>An agent has left or its connection is gone.</summary>
    public void Leave(string agent)
    {
        if (agents.Leave(agent))
        {
            limit.Ask();
        }
    }

    /// <summary>The price for every agent; none when nothing changed, it is too early, or nobody bids.</summary>
    /// <param name="period">The objective's; a new one is a change.</param>
    public ImmutableArray<PriceFor> Update(long now, Period period)
    {
        if (agents.Expire(now) || period != _period)
        {
            limit.Ask();
        }

        _period = period;
        if (agents.Count == 0 || !limit.TryTake(now))
        {
            return [];
        }

        var price = _objective.Equilibrium(agents.Aggregate, period).PriceOn(agents.Basis);
        return [.. agents.Snapshot().Select(bid => new PriceFor(bid.Member.Agent, new NumberedPrice(bid.BidNumber, price)))];
    }
}
