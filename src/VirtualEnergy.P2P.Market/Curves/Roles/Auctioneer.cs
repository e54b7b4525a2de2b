using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>The top of a cluster: finds the price of all bids and answers each with it; at a period's close, shares out whole Wh.</summary>
/// <remarks>Source: PowerMatcher 2.1, <c>Auctioneer</c> and <c>ObjectiveAuctioneer</c>. The allocation is ours.</remarks>
/// <param name="agents">Its own; nobody else changes it.</param>
/// <param name="objective">What the cluster as a whole should take; null for nothing: it balances itself.</param>
public sealed class Auctioneer(AgentBook agents, UpdateLimit limit, ObjectiveAgent? objective = null)
{
    private readonly ObjectiveAgent _objective = objective ?? ObjectiveAgent.SetPoint(agents.Basis, Demand.Zero);
    private Period? _period;

    /// <summary>The price that was told last; null before the first.</summary>
    public long? Price { get; private set; }

    /// <summary>When an update is due, ms; null while nothing is new or nobody bids.</summary>
    public long? DueAt => agents.Count == 0 ? null : limit.DueAt;

    /// <summary>An agent's bid; null, or why it was refused.</summary>
    public CurveRefusal? Bid(MemberId agent, NumberedCurve bid, long now)
    {
        var refusal = agents.Bid(agent, bid, now, out var isNew);
        limit.AskIf(isNew);
        return refusal;
    }

    /// <summary>An agent has left, with a number above its last bid's.</summary>
    public void Leave(MemberId agent, long number) => limit.AskIf(agents.Leave(agent, number));

    /// <summary>An agent's price could not be delivered: it is due again.</summary>
    public void NotTold(MemberId agent)
    {
        agents.NotTold(agent);
        limit.Ask();
    }

    /// <summary>The price for every agent that does not know it yet; none when nothing changed, it is too early, or nobody bids.</summary>
    /// <param name="period">The objective's; a new one is a change.</param>
    public ImmutableArray<PriceFor> Update(long now, Period period)
    {
        limit.AskIf(agents.Expire(now) || period != _period);
        _period = period;
        if (agents.Count == 0 || !limit.TryTake(now))
        {
            return [];
        }

        var price = PriceIn(period);
        Price = price;
        return agents.Answer(agents.Snapshot(), price);
    }

    /// <summary>What each agent takes in a period, by the bids that count now.</summary>
    /// <param name="seconds">The period's length.</param>
    public PeriodClose Close(long now, Period period, int seconds)
    {
        limit.AskIf(agents.Expire(now));
        if (agents.Count == 0)
        {
            return new PeriodClose(period, null, Energy.Zero, []);
        }

        var price = PriceIn(period);
        var index = agents.Basis.IndexOf(price);
        var bids = agents.Snapshot().Sort((one, other) => one.Agent.CompareTo(other.Agent));
        var allocation = CurveAllocation.Of([.. bids.Select(bid => bid.Curve)], index, -_objective.CurveIn(period)[index]);
        var energies = allocation.EnergyOver(seconds);
        return new PeriodClose(
            period, price, energies.Aggregate(Energy.Zero, (sum, energy) => sum + energy),
            [.. bids.Zip(energies, (bid, energy) => new AllocationFor(bid.Agent, new NumberedAllocation(bid.BidNumber, period, price, energy)))]);
    }

    private long PriceIn(Period period) => _objective.Equilibrium(agents.Aggregate, period).PriceOn(agents.Basis);
}

/// <summary>How a period closed.</summary>
/// <param name="Price">In the unit of the market basis; null when nobody bid.</param>
/// <param name="Boundary">
/// The sum of the allocations: zero, or the objective's set-point, where the curves come to it at some price; else what the
/// supplier gives (+) or takes (−).
/// </param>
/// <param name="Allocations">In the order of the agents' identities.</param>
public sealed record PeriodClose(Period Period, long? Price, Energy Boundary, ImmutableArray<AllocationFor> Allocations);
