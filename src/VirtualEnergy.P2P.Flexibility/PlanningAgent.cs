using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>
/// A home's energy management that plans: each period it plans all devices over the horizon, bids the first period's energy as a function of its
/// price, and divides what the market allotted, or what is best alone, among the devices.
/// </summary>
/// <remarks>
/// Kept whatever the market says, or if it says nothing: the connection carries what the devices take, every run meets its deadline, no
/// device is asked for what it cannot do, and comfort and departures come before money. Pure: the same home, outlooks and results give the
/// same bids everywhere. Not safe for concurrent use; agents of one thread may share their planner.
/// </remarks>
public sealed class PlanningAgent
{
    /// <summary>Passes of a plan that starts from the one of the period before.</summary>
    private const int PassesAgain = 12;
    private const int PassesInMarket = 16;
    private const int PassesInMarketAgain = 6;

    private const int MostBesideSlices = 6;

    /// <summary>
    /// What a kWh beside an ordered flow costs, µEUR/kWh: above any price of energy, so that devices keep to it as far as they can, and below what
    /// comes first, so that comfort and departures are not given for it.
    /// </summary>
    private static readonly SupplierPrices Ordered = new(new Price((long)HomeSweep.ComesFirst), new Price(-(long)HomeSweep.ComesFirst));

    /// <summary>
    /// A third of a period is over before it is known how it turns out, and the members' signal has come: as long devices go by the home's own trades. Five minutes of a
    /// quarter of an hour.
    /// </summary>
    private const int PartsOfPeriod = 3;

    /// <summary>Horizon without a forecast: a day of quarters of an hour.</summary>
    private const int PeriodsUnknown = 96;

    private readonly MarketRules _rules;
    private readonly SupplierTariff _tariff;
    private readonly HomePlanner _planner;
    private readonly Foresight _foresight;
    private readonly Energy _limit;
    private readonly ImmutableArray<ShiftableAppliance> _appliances;
    private ImmutableArray<SimulatedStore> _stores;
    private ImmutableHashSet<string> _real = [];
    private ImmutableArray<string> _lost = [];
    private HomeNow _now = HomeNow.Simulated;
    private (Period Period, FirstPeriod Plan, ImmutableArray<PlannedDemand> Coming)? _planned;
    private HomeAhead? _ahead;
    private Func<Period, Commitment?>? _committed;
    private BegunPeriod? _begun;
    private ImmutableArray<Energy> _told = [];
    private double[] _prices = [];
    private double[] _added = [];
    private Period? _last;

    /// <param name="home">The home.</param>
    /// <param name="rules">The market's.</param>
    /// <param name="tariff">The home's contract with its supplier.</param>
    /// <param name="planner">May be shared with agents of the same thread.</param>
    /// <param name="foresight">What the home expects.</param>
    public PlanningAgent(PlannedHome home, MarketRules rules, SupplierTariff tariff, HomePlanner planner, Foresight foresight)
    {
        Home = home;
        _rules = rules;
        _tariff = tariff;
        _planner = planner;
        _foresight = foresight;
        _limit = new Energy(checked(home.Home.ConnectionWatts * rules.Grid.LengthSeconds) / 3600);
        _stores = [.. home.Stores.Select(model => new SimulatedStore(model))];
        _appliances = [.. home.Home.Appliances.Select(appliance => new ShiftableAppliance(appliance, rules.Grid))];
    }

    public PlannedHome Home { get; }

    /// <summary>Told of a forecast that failed or cannot be, in the period that was planned without it; null tells nobody.</summary>
    public Action<Period, string>? Failed { get; init; }

    public ImmutableArray<SimulatedStore> Stores => _stores;

    /// <summary>Whether it works out <see cref="ComingFrom"/> with each plan: a pass more.</summary>
    public bool TellsPlan { get; init; }

    /// <summary>Whether it keeps its plan for <see cref="Ahead"/>: some 80 kB, which thousands of homes in one process need not spend.</summary>
    public bool KeepsAhead { get; init; }

    /// <summary>Runs of appliances that have finished.</summary>
    public int FinishedRuns => _appliances.Sum(appliance => appliance.Finished);

    /// <summary>What the home would buy and sell in the period at which price; within the market's admission rules.</summary>
    public BidSteps BidFor(Period period)
    {
        var supplier = _tariff.At(period);
        return BidConstruction.Steps(DemandIn(period), supplier, Reservation.Of(supplier, Home.Home.MarginPermille, _rules), _limit, _rules);
    }

    /// <summary>
    /// What the home's net energy is at a price that was broadcast: the answer of a home that places no bids. Wh, + import;
    /// within its connection.
    /// </summary>
    public Energy ResponseTo(Period period, Price price) => Energy.Max(-_limit, Energy.Min(_limit, DemandIn(period).At(price)));

    /// <summary>
    /// What the home plans to take from a period on, in each as a function of its price: what it may tell the others, so that all can expect the prices at which
    /// the plans of all meet. Empty unless it <see cref="TellsPlan"/>.
    /// </summary>
    public ImmutableArray<PlannedDemand> ComingFrom(Period period)
    {
        _ = PlanFor(period);
        return _planned!.Value.Coming;
    }

    /// <summary>Takes in what has become known of the home; the next bid and the next delivery go by it.</summary>
    public void Observe(HomeNow now)
    {
        var isNews = false;
        foreach (var battery in now.Batteries)
        {
            isNews |= Adopt(battery.Store(_rules.Grid));
        }

        // What was real and is out of reach does as it likes.
        _lost = [.. _real.Where(name => now.Batteries.All(battery => battery.Name != name)).Order(StringComparer.Ordinal)];
        var known = now with { Fixed = [.. now.Fixed, .. _lost.Select(name => new FixedDevice(name, false, new Period(long.MaxValue)))] };
        if (isNews || !known.Fixed.SequenceEqual(_now.Fixed))
        {
            // A plan anew, and not from that of the period before, which may be this one's.
            (_planned, _prices, _added) = (null, [], []);
        }

        _now = known;
    }

    private bool Adopt(StoreModel real)
    {
        _real = _real.Add(real.Name);
        if (_stores.FirstOrDefault(store => store.Model.Name == real.Name) is not { } store)
        {
            _stores = _stores.Add(new SimulatedStore(real));
            return true;
        }

        var isNews = store.Model.At(default) != real.At(default) || Math.Abs(store.Fill - real.InitialFill) >= 1
            || (real is CarStore car && !(store.Model is CarStore known && known.Journeys.SequenceEqual(car.Journeys)));
        store.Adopt(real);
        return isNews;
    }

    /// <summary>The home's horizon from a period on, as its bid for that period was planned.</summary>
    /// <exception cref="InvalidOperationException">The agent does not keep it.</exception>
    public HomeAhead Ahead(Period period)
    {
        _ = PlanFor(period);
        return _ahead ?? throw new InvalidOperationException($"{Home.Home.Name}: an agent that looks ahead is made with {nameof(KeepsAhead)}.");
    }

    /// <summary>
    /// Takes in what the home has promised beside the local market, a period each; null where it promised nothing. There it bids its program and nothing else, so
    /// that nothing is sold twice, and runs as ordered as far as its devices can; comfort, departures, deadlines and the connection come first.
    /// </summary>
    /// <param name="committed">Asked from now on; to be given again whenever an answer changes.</param>
    public void Commit(Func<Period, Commitment?> committed)
    {
        _committed = committed;
        (_planned, _prices, _added) = (null, [], []);
    }

    /// <summary>
    /// An order came while the period that was run last is under way: its stores and its plant go by what is committed now. Runs that have started go on.
    /// </summary>
    /// <returns>What the meter reads instead; null where nothing is committed in that period.</returns>
    public Delivery? Amend()
    {
        if (_begun is not { } begun || _committed?.Invoke(begun.Period) is not { } commitment)
        {
            return null;
        }

        var situation = AsRun(begun, Ordered);

        // The next plan starts from other fills.
        (_planned, _prices, _added) = (null, [], []);
        return Complete(begun, Disaggregation.Best(situation, commitment.Due), again: true);
    }

    /// <summary>
    /// What the home would take in the period that was run last, as it turns out to be, as a function of price: what it may tell the others, so that together they
    /// balance what each deviates from its trades. Runs that have started go on. What is promised elsewhere is told as it was traded, whatever is ordered of it, so that nobody takes it
    /// for a deviation to make good. Null where no period was run.
    /// </summary>
    public PlannedDemand? Running =>
        _begun is not { } begun ? null
        : new ComingDemands(_tariff, _rules, _limit).Of(
            begun.Period, _committed?.Invoke(begun.Period) is { } promised ? DemandCurve.Constant(promised.Program) : Rest(begun).Demand);

    /// <summary>
    /// The first third of the period that was run last is over, and the home's meter has counted something else than it was to: load, or sun, is expected to go on like that.
    /// </summary>
    /// <param name="period">Of another than that nothing is taken in.</param>
    /// <param name="counted">Through the meter in the first third, Wh; + import.</param>
    public void TurnsOut(Period period, Energy counted)
    {
        if (_begun is not { } begun || begun.Period != period)
        {
            return;
        }

        var planned = _told.Aggregate(AsRun(begun, _tariff.At(begun.Period)).Fixed, (sum, energy) => sum + energy);
        var load = begun.Load + Energy.Max(-_limit, Energy.Min(_limit, new Energy(PartsOfPeriod * counted.WattHours))) - planned;
        var more = Energy.Max(Energy.Zero, -load);
        _begun = begun with
        {
            Load = load + more, Sun = begun.Sun + more, Situation = begun.Situation with { Production = begun.Situation.Production + more }, Did = _told,
        };
    }

    /// <summary>The members' devices balance the period that was run last: its stores and its plant go by the signal instead.</summary>
    /// <returns>What the meter reads instead; null where the signal is of another period, or something is promised in this one.</returns>
    public Delivery? Balance(BalanceSignal signal)
    {
        if (_begun is not { } begun || begun.Period != signal.Period || _committed?.Invoke(begun.Period) is not null || Running is not { } told)
        {
            return null;
        }

        if (_planned?.Period != begun.Period)
        {
            // The period after it was planned already, from other fills.
            (_planned, _prices, _added) = (null, [], []);
        }

        return Complete(begun, Disaggregation.Best(Rest(begun), signal.Of(told)), again: true);
    }

    // As it runs: what no price changes any more, and what every device can.
    private Situation AsRun(BegunPeriod begun, SupplierPrices residual) => begun.Situation with
    {
        Fixed = begun.Load + begun.Beside + begun.Appliances - begun.Situation.Production,
        Bending = begun.Situation.Bending.SetItem(begun.Situation.Bending.Length - 1, CurtailmentDemand.Of(begun.Situation.Production, residual, _rules)),
        Waiting = [],
        Supplier = residual,
    };

    // What every device still can when the first part of the period is over.
    private static Energy Still(Energy did, Energy whole) => new((long)Math.Floor((did.WattHours + (PartsOfPeriod - 1.0) * whole.WattHours) / PartsOfPeriod));

    private Situation Rest(BegunPeriod begun)
    {
        var situation = AsRun(begun, _tariff.At(begun.Period));
        return situation with { Bending = [.. situation.Bending.Select((curve, device) => Rest(curve, begun.Did[device]))] };
    }

    private static DemandCurve Rest(DemandCurve curve, Energy did)
    {
        var (whole, least) = (curve.Base, Still(did, curve.Base));
        var (slices, reached) = (new List<Slice>(curve.Slices.Length), least);
        foreach (var slice in curve.Slices)
        {
            whole += slice.Energy;
            if (Still(did, whole) is var upTo && upTo > reached)
            {
                slices.Add(slice with { Energy = upTo - reached });
                reached = upTo;
            }
        }

        return new DemandCurve(least, slices);
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
        var expected = PlanFor(period);
        var (load, sun) = _now.IsMetered ? (Rounded(expected.Load), Rounded(expected.Sun)) : Measured(period);
        var supplier = _tariff.At(period);
        var besidePrice = price ?? (load > sun ? supplier.Import : supplier.Export);
        var beside = _now.Beside.At(besidePrice);
        var commitment = _committed?.Invoke(period);
        var residual = commitment is null ? Residual(supplier, price) : Ordered;
        var situation = See(period, expected, load + beside, sun, residual, runs: true);
        var plan = Disaggregation.Best(situation, commitment?.Due ?? traded);
        var (appliances, starts) = (Energy.Zero, ImmutableArray.CreateBuilder<Allocation>(_appliances.Length));
        foreach (var appliance in _appliances)
        {
            var start = plan.StartOf(appliance.Name, situation) || IsFixed(appliance.Name, period, isOn: true);
            var order = new ShiftableAllocation(appliance.Name, period, start, IsFixed(appliance.Name, period, isOn: false));
            appliances += appliance.Execute(order);
            starts.Add(order);
        }

        _last = period;
        _begun = new BegunPeriod(period, traded, load, sun, beside, besidePrice, appliances, starts.DrainToImmutable(), situation, plan.Bending);
        return Complete(_begun, plan, again: false);
    }

    private (Energy Load, Energy Sun) Measured(Period period) => (
        _rules.Grid.EnergyOf(Home.Home.Load.At(period) + Home.LightWatts(period)),
        _rules.Grid.EnergyOf(Home.Home.Photovoltaics?.At(period) ?? 0) + _rules.Grid.EnergyOf(Home.Wind?.Production.At(period) ?? 0));

    private static Energy Rounded(double wattHours) => new((long)Math.Round(wattHours));

    // What stores, lights and plants do in a period whose appliances run.
    private Delivery Complete(BegunPeriod begun, Plan plan, bool again)
    {
        _told = plan.Bending;
        var (storage, charging, allocations) = (Energy.Zero, Energy.Zero, begun.Starts.ToBuilder());
        var stores = plan.Bending.Length - Home.Lights.Length - 1;
        for (var s = 0; s < stores; s++)
        {
            var store = _stores[s];
            var energy = again ? store.ExecuteAgain(begun.Period, plan.Bending[s]) : store.Execute(begun.Period, plan.Bending[s]);
            (storage, charging) = store.Model.CanDeliver ? (storage + energy, charging) : (storage, charging + energy);
            if (!_lost.Contains(store.Model.Name))
            {
                allocations.Add(new StorageAllocation(store.Model.Name, begun.Period, energy));
            }
        }

        var dimmed = plan.Bending[stores..^1].Aggregate(Energy.Zero, (sum, light) => sum + light);
        var production = begun.Situation.Production - plan.Bending[^1];
        if (Home.Home.Photovoltaics is not null)
        {
            allocations.Add(new InflexibleAllocation(PlannedHome.Photovoltaics, begun.Period, begun.Sun - production));
        }

        var battery = _stores.FirstOrDefault(store => store.Model is BatteryStore);
        return new Delivery(
            begun.Period, begun.Traded, allocations.DrainToImmutable(), begun.Load + dimmed, begun.Appliances, production, storage,
            battery is null ? null : new Energy((long)battery.Fill))
        {
            Charging = charging,
            Beside = begun.Beside,
            BesidePrice = begun.BesidePrice,
        };
    }

    private DemandCurve DemandIn(Period period)
    {
        var plan = PlanFor(period);
        return _committed?.Invoke(period) is { } commitment
            ? DemandCurve.Constant(commitment.Program)
            : See(period, plan, Rounded(plan.Load), Rounded(plan.Sun), _tariff.At(period)).Demand + BesideOnTick();
    }

    // A bid has 16 steps a side for all devices.
    private DemandCurve BesideOnTick()
    {
        var joined = _now.Beside.Joined(MostBesideSlices);
        return new DemandCurve(joined.Base, joined.Slices.Select(slice => slice with { Limit = Tick.Down(slice.Limit.MicroEurPerKWh, _rules) }));
    }

    private bool IsFixed(string device, Period period, bool isOn) =>
        _now.Fixed.Any(one => one.Device == device && one.IsOn == isOn && period < one.Until);

    // What deviates from the trades is balanced among members at the round's price. Where that is the supplier's, more or less of it costs the same. Where
    // it lies between, the community is balanced, and what all deviate together comes from the supplier or goes to it.
    private SupplierPrices Residual(SupplierPrices supplier, Price? price)
    {
        if (price is not { } cleared)
        {
            return supplier;
        }

        var reservation = Reservation.Of(supplier, Home.Home.MarginPermille, _rules);
        return cleared <= Tick.After(reservation.Sell, _rules) || cleared >= Tick.Before(reservation.Buy, _rules)
            ? new SupplierPrices(Tick.After(cleared, _rules), Tick.Before(cleared, _rules))
            : supplier;
    }

    private FirstPeriod PlanFor(Period period)
    {
        if (_planned is { } planned && planned.Period == period)
        {
            return planned.Plan;
        }

        var (first, coming) = FirstOf(period);
        _planned = (period, first, coming);
        return first;
    }

    // Forecasts that fail or cannot be are none: comfort, departures and the connection need no forecast to be kept.
    private (FirstPeriod First, ImmutableArray<PlannedDemand> Coming) FirstOf(Period period)
    {
        try
        {
            var outlook = _foresight(period);
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
        outlook = Home.Expecting(outlook, period, _rules.Grid);
        var problems = new HomeOutlook(Home, _rules.Grid, _tariff, _limit, outlook, _now.Fixed, _committed).Problems(period, _stores, _appliances);
        var plans = outlook.Prices.IsDefaultOrEmpty ? [PlanAlone(problems[0])] : PlanInMarket(problems);
        var first = FirstPeriod.Of(plans, outlook.Load[0], outlook.Sun[0]);
        _ahead = KeepsAhead ? new HomeAhead(period, [.. problems], [.. plans], outlook.Bands) : null;
        return (first, TellsPlan ? new ComingDemands(_tariff, _rules, _limit).Of(period, _planner.DemandsOf(problems[0], plans[0])) : []);
    }

    private HomePlan PlanAlone(HomeProblem problem)
    {
        var isAgain = _prices.Length >= problem.Length;
        var plan = _planner.Plan(problem, isAgain ? _prices[..problem.Length] : [], isAgain ? PassesAgain : HomePlanner.MostPasses);
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
            plans[i] = _planner.Plan(problems[i], inside, i > 0 ? 1 : isAgain ? PassesInMarketAgain : PassesInMarket);
            added = i == 0 ? [.. plans[0].Prices.Select((price, t) => price - course[t])] : added;
        }

        _added = PeriodLater(added);
        return plans;
    }

    // The next plan begins a period later, and ends with a period that this one does not have: it takes its last once more.
    private static double[] PeriodLater(double[] prices) => [.. prices.AsSpan(1), prices[^1]];

    private Situation See(Period period, FirstPeriod plan, Energy load, Energy sun, SupplierPrices residual, bool runs = false)
    {
        var (consumed, waiting) = (load, ImmutableArray.CreateBuilder<WaitingRun>());
        var run = 0;
        foreach (var appliance in _appliances)
        {
            switch (appliance.Describe(period))
            {
                case InflexibleControlSpace running:
                    consumed += _rules.Grid.EnergyOf(running.ForecastWatts);
                    break;
                case ShiftableControlSpace held when IsFixed(held.Device, period, isOn: false):
                    break;
                case ShiftableControlSpace due when due.MustStart || IsFixed(due.Device, period, isOn: true):
                    consumed += _rules.Grid.EnergyOf(due.ProfileWatts[0]);
                    run++;
                    break;
                case ShiftableControlSpace idle:
                    waiting.Add(new WaitingRun(idle.Device, _rules.Grid.EnergyOf(idle.ProfileWatts[0]), OnTick(plan.StartLimits[run++])));
                    break;
            }
        }

        // What neither the home nor its connection can take is curtailed before anything else is decided.
        var produced = IsFixed(PlannedHome.Photovoltaics, period, isOn: false) ? Energy.Zero : Energy.Max(Energy.Zero, Energy.Min(sun, consumed + _limit));
        var room = Energy.Max(Energy.Zero, _limit - consumed);
        var bending = ImmutableArray.CreateBuilder<DemandCurve>(_stores.Length + Home.Lights.Length + 1);
        for (var s = 0; s < _stores.Length; s++)
        {
            var range = _stores[s].Range(period);
            if (IsFixed(_stores[s].Model.Name, period, isOn: true))
            {
                var taken = Energy.Min(range.Most, room);
                room -= taken;
                bending.Add(DemandCurve.Constant(taken));
            }
            else
            {
                bending.Add(IsFixed(_stores[s].Model.Name, period, isOn: false) ? DemandCurve.Constant(Energy.Zero)
                    : CurveOf(plan.Demands[s], range, runs ? Due(_stores[s], period) : range.Least));
            }
        }

        foreach (var light in Home.Lights)
        {
            var dimming = light.Dimming(period, _rules);
            bending.Add(IsFixed(light.Name, period, isOn: true) ? DemandCurve.Constant(Energy.Zero)
                : IsFixed(light.Name, period, isOn: false) ? DemandCurve.Constant(-_rules.Grid.EnergyOf(light.Watts.At(period))) : dimming);
        }

        bending.Add(CurtailmentDemand.Of(produced, residual, _rules));
        return new Situation(consumed - produced, produced, bending.MoveToImmutable(), waiting.ToImmutable(), residual, _limit);
    }

    // What a store has to take while the period runs, as what is drawn in it is seen then: the tank's own thermostat does not wait for a plan.
    private static Energy Due(SimulatedStore store, Period period)
    {
        var stage = store.Model.At(period);
        var missing = store.Model.NeededAfter(period) - stage.Left(store.Fill);
        return new Energy((long)Math.Ceiling(missing > 0 ? missing / stage.InYield : missing * stage.OutYield));
    }

    // Whole Wh of what the store really can do now; the plan's pieces may end a fraction before or after it. What is due comes before money.
    private DemandCurve CurveOf(StoreDemand demand, (Energy Least, Energy Most) range, Energy due)
    {
        var slices = new List<Slice>(demand.Pieces.Length);
        var (exact, whole) = (demand.Base, range.Least.WattHours);
        for (var i = 0; i < demand.Pieces.Length; i++)
        {
            exact += demand.Pieces[i].Energy;
            var upTo = i == demand.Pieces.Length - 1 ? range.Most.WattHours : Math.Clamp((long)Math.Round(exact), whole, range.Most.WattHours);
            var dueUpTo = Math.Clamp(due.WattHours, whole, upTo);
            if (dueUpTo > whole)
            {
                slices.Add(new Slice(OnTick(Math.Max(StoreStage.Scarcity, demand.Pieces[i].Limit)), new Energy(dueUpTo - whole)));
            }

            if (upTo > dueUpTo)
            {
                slices.Add(new Slice(OnTick(demand.Pieces[i].Limit), new Energy(upTo - dueUpTo)));
            }

            whole = upTo;
        }

        return new DemandCurve(range.Least, slices);
    }

    // Beyond any price that can be: what comes before money, and what is worth nothing at all.
    private Price OnTick(double limit) => Tick.Down((long)Math.Clamp(limit, -1e12, 1e12), _rules);

    /// <summary>A period as it began: what no order changes any more, and what its devices did until it was known how it turns out.</summary>
    private sealed record BegunPeriod(
        Period Period, Energy Traded, Energy Load, Energy Sun, Energy Beside, Price BesidePrice, Energy Appliances, ImmutableArray<Allocation> Starts, Situation Situation, ImmutableArray<Energy> Did);
}
