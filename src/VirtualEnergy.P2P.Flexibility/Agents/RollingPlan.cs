using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Flexibility.Agents;

/// <summary>A home's plan over its horizon, made once a period and started from that of the period before.</summary>
internal sealed class RollingPlan(HomeDevices devices, MarketRules rules, SupplierTariff tariff, HomePlanner planner, Foresight foresight)
{
    /// <summary>Passes of a plan that starts from the one of the period before.</summary>
    private const int PassesAgain = 4;
    private const int PassesInMarket = 16;
    private const int PassesInMarketAgain = 6;

    /// <summary>Horizon without a forecast: a day of quarters of an hour.</summary>
    private const int PeriodsUnknown = 96;

    private (Period Period, FirstPeriod Plan, ImmutableArray<PlannedDemand> Coming)? _planned;
    private double[] _prices = [];
    private double[] _added = [];

    /// <inheritdoc cref="PlanningAgent.Failed"/>
    public Action<Period, string>? Failed { get; set; }

    /// <inheritdoc cref="PlanningAgent.TellsPlan"/>
    public bool TellsPlan { get; set; }

    /// <inheritdoc cref="PlanningAgent.KeepsAhead"/>
    public bool KeepsAhead { get; set; }

    /// <summary>What the home has promised beside the local market; null where it never did.</summary>
    public Func<Period, Commitment?>? Committed { get; set; }

    /// <summary>The horizon as it was planned last; null where it is not kept.</summary>
    public HomeAhead? Ahead { get; private set; }

    /// <summary>The period that is planned; null before the first, and after all was forgotten.</summary>
    public Period? Period => _planned?.Period;

    /// <summary>The next plan is made anew, and from nothing: what the last one went by no longer holds.</summary>
    public void Forget() => (_planned, _prices, _added) = (null, [], []);

    public FirstPeriod For(Period period) => Planned(period).Plan;

    /// <inheritdoc cref="PlanningAgent.ComingFrom"/>
    public ImmutableArray<PlannedDemand> ComingFrom(Period period) => Planned(period).Coming;

    private (Period Period, FirstPeriod Plan, ImmutableArray<PlannedDemand> Coming) Planned(Period period)
    {
        if (_planned is not { } planned || planned.Period != period)
        {
            var (first, coming) = FirstOf(period);
            _planned = planned = (period, first, coming);
        }

        return planned;
    }

    // Forecasts that fail or cannot be are none: comfort, departures and the connection need no forecast to be kept.
    private (FirstPeriod First, ImmutableArray<PlannedDemand> Coming) FirstOf(Period period)
    {
        try
        {
            var outlook = foresight(period);
            if (outlook.IsSound)
            {
                return FirstOf(period, outlook);
            }

            Failed?.Invoke(period, "no numbers that can be");
        }
        catch (Exception failure)
        {
            Failed?.Invoke(period, failure.Message);
        }

        return FirstOf(period, Outlook.Unknown(PeriodsUnknown));
    }

    private (FirstPeriod First, ImmutableArray<PlannedDemand> Coming) FirstOf(Period period, Outlook outlook)
    {
        outlook = devices.Home.Expecting(outlook, period, rules.Grid);
        var problems = new HomeOutlook(devices.Home, rules.Grid, tariff, devices.Limit, outlook, devices.Known.Fixed, Committed).Problems(period, devices.Stores, devices.Appliances);
        var plans = outlook.Prices.IsDefaultOrEmpty ? [PlanAlone(problems[0])] : PlanInMarket(problems);
        var first = FirstPeriod.Of(plans, outlook.Load[0], outlook.Sun[0]);
        Ahead = KeepsAhead ? new HomeAhead(period, [.. problems], [.. plans], outlook.Bands) : null;
        return (first, TellsPlan ? new ComingDemands(tariff, rules, devices.Limit).Of(period, planner.DemandsOf(problems[0], plans[0])) : []);
    }

    private HomePlan PlanAlone(HomeProblem problem)
    {
        var isAgain = _prices.Length >= problem.Length;
        var plan = planner.Plan(problem, isAgain ? _prices[..problem.Length] : [], isAgain ? PassesAgain : HomePlanner.MostPasses);
        _prices = PeriodLater(plan.Prices);
        return plan;
    }

    // What a full connection adds to the market's price is sought for the likeliest course, and taken over for the others.
    private HomePlan[] PlanInMarket(HomeProblem[] problems)
    {
        var isAgain = _added.Length >= problems[0].Length;
        var added = isAgain ? _added : new double[problems[0].Length];
        var plans = new HomePlan[problems.Length];
        for (var i = 0; i < problems.Length; i++)
        {
            var course = problems[i].Buy;
            double[] inside = [.. course.Select((price, t) => price + added[t])];
            plans[i] = planner.Plan(problems[i], inside, i > 0 ? 1 : isAgain ? PassesInMarketAgain : PassesInMarket);
            added = i == 0 ? [.. plans[0].Prices.Select((price, t) => price - course[t])] : added;
        }

        _added = PeriodLater(added);
        return plans;
    }

    // The next plan begins a period later, and ends with a period that this one does not have: it takes its last once more.
    private static double[] PeriodLater(double[] prices) => [.. prices.AsSpan(1), prices[^1]];
}
