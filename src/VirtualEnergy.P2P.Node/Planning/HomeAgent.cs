using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Flexibility.Suggestions;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;
using VirtualEnergy.P2P.Node.Suggestions;

namespace VirtualEnergy.P2P.Node.Planning;

/// <summary>A home's agent in a running market: it plans, bids and delivers, and learns what to expect from what it measures and from what rounds come to.</summary>
/// <remarks>The same home, rules and results give the same bids everywhere. Not safe for concurrent use.</remarks>
public sealed class HomeAgent
{
    /// <summary>So long a round waits for a forecast, or for a better plan: both take milliseconds.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    /// <summary>A meter counts a period when the next has been run, and perhaps the one after.</summary>
    private const int RunsKept = 4;

    private readonly PlanningAgent _agent;
    private readonly HomeForesight _foresight;
    private readonly SupplierTariff _tariff;
    private readonly PeriodGrid _grid;
    private readonly ILogger _logger;
    private readonly List<Delivery> _runs = [];
    private (Period Period, BidSteps Steps)? _bid;
    private Period? _told;

    /// <param name="home">The home; its heat is left out where it is described by periods of another length than the market's.</param>
    /// <param name="rules">The market's.</param>
    /// <param name="tariff">The home's contract with its supplier.</param>
    /// <param name="tellsPlan">Whether <see cref="ComingFrom"/> is wanted.</param>
    /// <param name="time">By which clock forecasts and plans are late; null waits for them.</param>
    /// <param name="keepsAhead">Whether it is asked for <see cref="Ahead"/>.</param>
    /// <param name="logger">Told, once a day, of forecasts that fail, are late or cannot be; null tells nobody.</param>
    /// <param name="isMetered">Whether what flows is told by <see cref="Counted"/>, and the home's profiles are only its past.</param>
    public HomeAgent(PlannedHome home, MarketRules rules, SupplierTariff tariff, bool tellsPlan = false, TimeProvider? time = null, ILogger? logger = null, bool keepsAhead = false,
        bool isMetered = false)
        : this(home, rules, tariff, new HomeForesight(home.Home.On(rules.Grid), rules, tariff, isMetered), null, tellsPlan, time, logger, keepsAhead)
    {
    }

    /// <param name="forecast">What the home expects in place of what it has learned; null takes that.</param>
    internal HomeAgent(
        PlannedHome home, MarketRules rules, SupplierTariff tariff, HomeForesight learned, Foresight? forecast, bool tellsPlan, TimeProvider? time, ILogger? logger, bool keepsAhead = false)
    {
        (_foresight, _tariff, _grid, _logger) = (learned, tariff, rules.Grid, logger ?? NullLogger.Instance);
        Foresight foresight = forecast ?? learned.Ahead;
        var planner = time is null ? new HomePlanner() : new HomePlanner { Patience = new Patience(LongestWait, time).Begin };
        _agent = new PlanningAgent(
            home.On(rules.Grid), rules, tariff, planner, time is null ? foresight : new PromptForesight(foresight, LongestWait, time).Ahead)
        {
            TellsPlan = tellsPlan,
            KeepsAhead = keepsAhead,
            Failed = (period, problem) => Tell(period, rules.Grid, problem),
        };
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

    /// <summary>When the member best starts each appliance that waits or will be loaded within a day. Asked for periods in order, as all else.</summary>
    public ImmutableArray<StartSuggestion> Suggestions(Period now) => HomeSuggestions.Starts(Home.Home, now, new HomeForecast(_foresight.Ahead(now), _tariff, now, _grid).At, _grid);

    /// <inheritdoc cref="HomeForesight.Told"/>
    public void Told(PriceOutlook outlook) => _foresight.Told(outlook);

    /// <inheritdoc cref="PlanningAgent.ResponseTo"/>
    public Energy ResponseTo(Period period, Price price) => _agent.ResponseTo(period, price);

    /// <inheritdoc cref="PlanningAgent.Ahead"/>
    public HomeAhead Ahead(Period period) => _agent.Ahead(period);

    /// <inheritdoc cref="PlanningAgent.Commit"/>
    public void Commit(Func<Period, Commitment?> committed) => _agent.Commit(committed);

    /// <inheritdoc cref="PlanningAgent.Amend"/>
    public Delivery? Amend() => RunOtherwise(_agent.Amend());

    /// <inheritdoc cref="PlanningAgent.Running"/>
    public PlannedDemand? Running => _agent.Running;

    /// <inheritdoc cref="PlanningAgent.TurnsOut"/>
    public void TurnsOut(Period period, Energy counted) => _agent.TurnsOut(period, counted);

    /// <inheritdoc cref="PlanningAgent.Balance"/>
    public Delivery? Balance(BalanceSignal signal) => RunOtherwise(_agent.Balance(signal));

    /// <inheritdoc cref="PlanningAgent.Observe"/>
    public void Observe(HomeNow now) => _agent.Observe(now);

    /// <inheritdoc cref="PlanningAgent.Deliver"/>
    public Delivery Deliver(Period period, Price? price, Energy traded)
    {
        var delivery = _agent.Deliver(period, price, traded);
        _foresight.Cleared(period, price, _bid is { } bid && bid.Period == period ? bid.Steps : null);
        _runs.Add(delivery);
        if (_runs.Count > RunsKept)
        {
            _runs.RemoveAt(0);
        }

        return delivery;
    }

    /// <summary>A period is over, and a meter has counted it: what devices were not told to do is the home's load.</summary>
    /// <param name="net">Through the meter, Wh; + import, − export.</param>
    /// <param name="production">What the home's plant made, Wh ≥ 0; null where that is not counted, and then a home with a plant learns nothing.</param>
    /// <returns>What was learned; null where nothing could be.</returns>
    public CountedPeriod? Counted(Period period, Energy net, Energy? production)
    {
        if (_runs.FirstOrDefault(run => run.Period == period) is { } run && (production is not null || Home.Home.Photovoltaics is null))
        {
            var made = production ?? Energy.Zero;
            var others = run.Net - run.Load + run.Production;
            var counted = new CountedPeriod(period, Energy.Max(Energy.Zero, net + made - others), made);
            _foresight.Counted(period, counted.Load, counted.Sun);
            return counted;
        }

        return null;
    }

    // What a meter counts is held against what devices were told last.
    private Delivery? RunOtherwise(Delivery? delivery)
    {
        if (delivery is not null && _runs.Count > 0)
        {
            _runs[^1] = delivery;
        }

        return delivery;
    }

    /// <inheritdoc cref="HomeForesight.Recall"/>
    public void Recall(ImmutableArray<CountedPeriod> counted) => _foresight.Recall(counted);

    /// <inheritdoc cref="HomeForesight.LastPrices"/>
    public PriceHistory? LastPrices(int most) => _foresight.LastPrices(most);

    /// <inheritdoc cref="HomeForesight.RecallPrices"/>
    public void RecallPrices(PriceHistory? prices) => _foresight.RecallPrices(prices);

    // Whatever is wrong with a forecaster is likely to stay so for a while.
    private void Tell(Period period, PeriodGrid grid, string problem)
    {
        if (_told is not { } last || (period.Index - last.Index) * grid.LengthSeconds >= 86_400)
        {
            _told = period;
            _logger.LogWarning("The home plans without forecasts, for self-consumption: {Problem}.", problem);
        }
    }
}
