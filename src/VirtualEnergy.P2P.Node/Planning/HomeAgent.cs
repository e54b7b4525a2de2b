using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>A home's agent in a running market: it plans, bids and delivers, and learns what to expect from what it measures and from what rounds come to.</summary>
/// <remarks>The same home, rules and results give the same bids everywhere. Not safe for concurrent use.</remarks>
public sealed class HomeAgent
{
    private readonly PlanningAgent _agent;
    private readonly HomeForesight _foresight;
    private (Period Period, BidSteps Steps)? _bid;

    /// <param name="home">The home; what of it is described by periods of another length than the market's is left out.</param>
    /// <param name="rules">The market's.</param>
    /// <param name="tariff">The home's contract with its supplier.</param>
    /// <param name="tellsPlan">Whether <see cref="ComingFrom"/> is wanted.</param>
    public HomeAgent(PlannedHome home, MarketRules rules, SupplierTariff tariff, bool tellsPlan = false)
    {
        _foresight = new HomeForesight(home.Home, rules, tariff);
        _agent = new PlanningAgent(home.On(rules.Grid), rules, tariff, new HomePlanner(), _foresight.Ahead) { TellsPlan = tellsPlan };
    }

    public PlannedHome Home => _agent.Home;

    /// <summary>Runs of appliances that have finished.</summary>
    public int FinishedRuns => _agent.FinishedRuns;

    /// <inheritdoc cref="PlanningAgent.BidFor"/>
    public BidSteps BidFor(Period period)
    {
        var steps = _agent.BidFor(period);
        _bid = (period, steps);
        return steps;
    }

    /// <inheritdoc cref="PlanningAgent.ComingFrom"/>
    public ImmutableArray<PlannedDemand> ComingFrom(Period period) => _agent.ComingFrom(period);

    /// <inheritdoc cref="HomeForesight.Told"/>
    public void Told(PriceOutlook outlook) => _foresight.Told(outlook);

    /// <inheritdoc cref="PlanningAgent.ResponseTo"/>
    public Energy ResponseTo(Period period, Price price) => _agent.ResponseTo(period, price);

    /// <inheritdoc cref="PlanningAgent.Observe"/>
    public void Observe(HomeNow now) => _agent.Observe(now);

    /// <inheritdoc cref="PlanningAgent.Deliver"/>
    public Delivery Deliver(Period period, Price? price, Energy traded)
    {
        var delivery = _agent.Deliver(period, price, traded);
        _foresight.Cleared(period, price, _bid is { } bid && bid.Period == period ? bid.Steps : null);
        return delivery;
    }
}
