using Microsoft.Extensions.Logging;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Curves;
using VirtualEnergy.P2P.Market.Curves.Roles;
using VirtualEnergy.P2P.Messaging;
using VirtualEnergy.P2P.Node.Planning;

namespace VirtualEnergy.P2P.Node.CurveRoles;

/// <summary>
/// A home as an agent of a curve market: its devices and planner make each period's curve, its allocation in Wh runs them, and
/// the next curve starts from the state that follows.
/// </summary>
/// <remarks>
/// The bid is the one that the home would place at an exchange (<see cref="HomeAgent"/>), on the basis' prices. A
/// period whose allocation has not come by the time the next curve is due runs without one; so does one that is allocated for
/// a period the home did not bid for. Not for several threads at once.
/// </remarks>
/// <param name="home">What it consumes, produces and owns, by quarter-hours.</param>
/// <param name="tariff">Its contract with the supplier, who makes up what is not allocated.</param>
/// <param name="events">Told of each period that the home has run.</param>
/// <param name="logger">Told of allocations that are not obeyed.</param>
public sealed class CurveHome(PlannedHome home, SupplierTariff tariff, IProgress<RoleEvent> events, ILogger logger)
{
    private HomeAgent? _agent;
    private MarketBasis? _basis;
    private Period? _period;
    private Period? _ran;
    private DemandCurve? _curve;

    /// <summary>The most that may lie between bidding a curve and its period, s: before it is over, the next one is not due.</summary>
    public const int MostLead = 899;

    /// <summary>The home's curve in a period. The same until a later period is asked for, whatever happens in between.</summary>
    /// <exception cref="UserErrorException">The market's periods are not those of the home's data.</exception>
    public DemandCurve CurveIn(CurveMarketMessage market, Period period)
    {
        var grid = MarketRules.Default.Grid;
        if (market.PeriodSeconds != grid.LengthSeconds)
        {
            throw new UserErrorException(
                $"The cluster's periods last {market.PeriodSeconds} s, and a home's data are of {grid.LengthSeconds} s; start the cluster with ve curve auctioneer --period {grid.LengthSeconds}.");
        }

        if (_agent is null || market.Basis != _basis)
        {
            (_agent, _basis, _curve) = (new HomeAgent(home, RulesOn(market.Basis), tariff, logger: logger), market.Basis, null);
        }

        if (_curve is { } said && period <= _period)
        {
            return said;
        }

        if (_period is { } before)
        {
            for (var missed = _ran == before ? before.Next : before; missed < period; missed = missed.Next)
            {
                Run(_agent, missed, null, Energy.Zero);
            }
        }

        var (buy, sell) = _agent.BidFor(period);
        _curve = StepCurve.Of(new Bid(default, period, 0, buy, sell), market.Basis, market.PeriodSeconds);
        _period = period;
        return _curve;
    }

    /// <summary>Runs the devices by what a period's close gave the home.</summary>
    /// <param name="allocation">Within a bid of the home's.</param>
    public void Take(NumberedAllocation allocation)
    {
        if (_agent is { } agent && allocation.Period == _period && _ran != _period)
        {
            Run(agent, allocation.Period, new Price(allocation.Price), allocation.Energy);
        }
        else
        {
            logger.LogWarning(
                "The allocation for period {Period} is not obeyed: the home bids for {Bid} and has run {Ran}. Does its clock differ from the auctioneer's?",
                allocation.Period, _period, _ran);
        }
    }

    private void Run(HomeAgent agent, Period period, Price? price, Energy allocated)
    {
        var delivery = agent.Deliver(period, price, allocated);
        _ran = period;
        events.Report(new HomeRan(delivery));
    }

    // Limits that are prices of the basis wherever it has whole ones make the curve exact.
    private static MarketRules RulesOn(MarketBasis basis)
    {
        var (step, rest) = Math.DivRem(basis.MaximumPrice - basis.MinimumPrice, Math.Max(1, basis.PriceSteps - 1));
        return MarketRules.Default with
        {
            TickMicroEurPerKWh = rest == 0 && basis.MinimumPrice % step == 0 ? step : 1,
            Floor = new Price(basis.MinimumPrice),
            Cap = new Price(basis.MaximumPrice),
        };
    }
}
