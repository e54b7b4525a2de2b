using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>
/// The baseline beside <see cref="PlanningAgent"/>, for comparing mechanisms: one battery and appliances, valued by rules and not by a plan, so that a month of homes runs in
/// seconds. It bids the home's net energy as a function of price, and after the auction divides what was traded among the devices. Pure: the same home, tariff and results give the same bids and readings everywhere.
/// </summary>
/// <remarks>
/// Kept whatever the market says, or if it says nothing: no device is asked for what it cannot do, every run meets its
/// deadline, the connection is never overloaded, and net = load + appliances + charging − production, to the watt-hour.
/// Not safe for concurrent use.
/// </remarks>
public sealed class RuleBasedAgent
{
    private readonly MarketRules _rules;
    private readonly SupplierTariff _tariff;
    private readonly Energy _connectionLimit;
    private readonly BaseLoad _load;
    private readonly PhotovoltaicPlant? _plant;
    private readonly Battery? _battery;
    private readonly StorageBook _book = new();
    private readonly ImmutableArray<ShiftableAppliance> _appliances;
    private Period? _last;

    public RuleBasedAgent(HomeDescription home, MarketRules rules, SupplierTariff tariff)
    {
        Home = home;
        _rules = rules;
        _tariff = tariff;
        _connectionLimit = new Energy(checked(home.ConnectionWatts * rules.Grid.LengthSeconds) / 3600);
        _load = new BaseLoad("base load", home.Load, home.LoadForecast, rules.Grid);
        _plant = home.Photovoltaics is { } sun
            ? new PhotovoltaicPlant("photovoltaics", sun, home.PhotovoltaicsForecast ?? sun, rules.Grid)
            : null;
        _battery = home.Battery is { } battery ? new Battery("battery", battery, rules.Grid) : null;
        _appliances = [.. home.Appliances.Select(appliance => new ShiftableAppliance(appliance, rules.Grid))];
    }

    public HomeDescription Home { get; }

    /// <summary>Energy in the battery now, Wh; null without one.</summary>
    public Energy? BatteryFill => _battery?.Fill;

    /// <summary>Runs of shiftable appliances that have finished.</summary>
    public int FinishedRuns => _appliances.Sum(appliance => appliance.Finished);

    /// <summary>
    /// What the home would buy and sell in the period at which price. It meets the market's admission rules, and whatever is
    /// cleared of it at whatever price can be delivered. Both sides are empty when there is nothing to trade.
    /// </summary>
    public (ImmutableArray<Step> Buy, ImmutableArray<Step> Sell) BidFor(Period period)
    {
        var situation = See(period, Forecast(_load.Describe(period)), _plant is null ? Energy.Zero : Forecast(_plant.Describe(period)));
        var reservation = Reservation.Of(situation.Supplier, Home.MarginPermille, _rules);
        var steps = BidConstruction.Steps(situation.Demand, situation.Supplier, reservation, _connectionLimit, _rules);
        return (steps.Buy, steps.Sell);
    }

    /// <summary>
    /// What the home's net energy is at a price that was broadcast: the answer of a home that places no bids. Wh, + import;
    /// within its connection.
    /// </summary>
    public Energy ResponseTo(Period period, Price price)
    {
        var situation = See(period, Forecast(_load.Describe(period)), _plant is null ? Energy.Zero : Forecast(_plant.Describe(period)));
        return Energy.Max(-_connectionLimit, Energy.Min(_connectionLimit, situation.Demand.At(price)));
    }

    /// <summary>Runs the period with what the market allotted and returns what the meter then reads.</summary>
    /// <param name="period">After every period delivered before; periods left out in between run without a result first.</param>
    /// <param name="price">The clearing price; null when nothing was cleared or no result came.</param>
    /// <param name="traded">Wh; + bought, − sold, zero without a result.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is over already, or more than a year ahead of the last.</exception>
    public Delivery Deliver(Period period, Price? price, Energy traded)
    {
        foreach (var missed in MissedPeriods.Before(period, _last))
        {
            _ = Run(missed, null, Energy.Zero);
        }

        return Run(period, price, traded);
    }

    private Delivery Run(Period period, Price? price, Energy traded)
    {
        var sun = _plant?.Available(period) ?? Energy.Zero;
        var load = _load.Execute(period);
        var situation = See(period, load, sun);
        var plan = Disaggregation.Best(situation, traded);
        var allocations = ImmutableArray.CreateBuilder<Allocation>();

        var appliances = Energy.Zero;
        foreach (var appliance in _appliances)
        {
            var start = plan.StartOf(appliance.Name, situation);
            var order = new ShiftableAllocation(appliance.Name, period, start);
            appliances += appliance.Execute(order);
            allocations.Add(order);
        }

        var storage = Energy.Zero;
        var usableBefore = UsableFill;
        if (_battery is not null)
        {
            var order = new StorageAllocation(_battery.Name, period, plan.Bending[0]);
            storage = _battery.Execute(order);
            allocations.Add(order);
        }

        var production = Energy.Zero;
        if (_plant is not null)
        {
            var order = new InflexibleAllocation(_plant.Name, period, sun - situation.Production + plan.Bending[^1]);
            production = _plant.Execute(order);
            allocations.Add(order);
        }

        _last = period;
        var delivery = new Delivery(period, traded, allocations.ToImmutable(), load, appliances, production, storage, BatteryFill);
        Book(delivery, price, situation.Supplier, usableBefore);
        return delivery;
    }

    private Situation See(Period period, Energy load, Energy sun)
    {
        var supplier = _tariff.At(period);
        var waiting = ImmutableArray.CreateBuilder<WaitingRun>();
        var consumed = load;
        foreach (var appliance in _appliances)
        {
            switch (appliance.Describe(period))
            {
                case InflexibleControlSpace running:
                    consumed += Forecast(running);
                    break;
                case ShiftableControlSpace { MustStart: true } due:
                    consumed += _rules.Grid.EnergyOf(due.ProfileWatts[0]);
                    break;
                case ShiftableControlSpace idle:
                    waiting.Add(new WaitingRun(
                        idle.Device, _rules.Grid.EnergyOf(idle.ProfileWatts[0]), ApplianceUrgency.Limit(idle, supplier, _rules)));
                    break;
            }
        }

        // What neither the home nor its connection can take is curtailed before anything else is decided.
        var produced = Energy.Min(sun, consumed + _connectionLimit);
        var bending = ImmutableArray.CreateBuilder<DemandCurve>();
        if (_battery is not null)
        {
            var space = _battery.Describe(period);
            var breakEven = _book.BreakEven(UsableFill, space.Discharging);
            bending.Add(StorageDemand.Of(space, StorageValue.Of(space, Ahead(period)), breakEven, Home.Battery!.Wear, _rules));
        }

        if (_plant is not null)
        {
            bending.Add(CurtailmentDemand.Of(produced, supplier, _rules));
        }

        return new Situation(consumed - produced, produced, bending.ToImmutable(), waiting.ToImmutable(), supplier, _connectionLimit);
    }

    private IEnumerable<(Energy Net, SupplierPrices Prices)> Ahead(Period period)
    {
        var day = 86_400 / _rules.Grid.LengthSeconds;
        for (var i = 0; i < day; i++)
        {
            var at = new Period(period.Index + i);
            var watts = Home.LoadForecast.At(at) - (Home.PhotovoltaicsForecast?.At(at) ?? 0);
            yield return (_rules.Grid.EnergyOf(watts), _tariff.At(at));
        }
    }

    private long UsableFill => _battery is null ? 0 : _battery.ExactFill - Home.Battery!.MinimumFill.WattHours * 1_000_000;

    // Charged energy has cost what the home paid, or gave up, for the dearest of its sources.
    private void Book(Delivery delivery, Price? price, SupplierPrices supplier, long usableBefore)
    {
        if (delivery.Storage > Energy.Zero)
        {
            var forgone = price is { } cleared ? Price.Max(cleared, supplier.Export) : supplier.Export;
            _book.Charged(delivery.Storage, delivery.Residual > Energy.Zero ? Price.Max(forgone, supplier.Import) : forgone);
        }
        else if (delivery.Storage < Energy.Zero)
        {
            _book.Drawn(usableBefore, usableBefore - UsableFill);
        }
    }

    private Energy Forecast(InflexibleControlSpace space) => _rules.Grid.EnergyOf(Math.Abs(space.ForecastWatts));
}
