using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Agents;
using VirtualEnergy.P2P.Flexibility.Bidding;
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
    private const int MostBesideSlices = 6;

    /// <summary>
    /// What a kWh beside an ordered flow costs, µEUR/kWh: above any price of energy, so that devices keep to it as far as they can, and below what
    /// comes first, so that comfort and departures are not given for it.
    /// </summary>
    private static readonly SupplierPrices Ordered = new(new Price((long)HomeSweep.ComesFirst), new Price(-(long)HomeSweep.ComesFirst));

    private readonly MarketRules _rules;
    private readonly SupplierTariff _tariff;
    private readonly HomeDevices _devices;
    private readonly RollingPlan _plan;
    private RunningPeriod? _running;
    private Period? _last;

    /// <param name="home">The home.</param>
    /// <param name="rules">The market's.</param>
    /// <param name="tariff">The home's contract with its supplier.</param>
    /// <param name="planner">May be shared with agents of the same thread.</param>
    /// <param name="foresight">What the home expects.</param>
    public PlanningAgent(PlannedHome home, MarketRules rules, SupplierTariff tariff, HomePlanner planner, Foresight foresight)
    {
        (_rules, _tariff, _devices) = (rules, tariff, new HomeDevices(home, rules));
        _plan = new RollingPlan(_devices, rules, tariff, planner, foresight);
    }

    public PlannedHome Home => _devices.Home;

    /// <summary>Told of a forecast that failed or cannot be, in the period that was planned without it; null tells nobody.</summary>
    public Action<Period, string>? Failed
    {
        get => _plan.Failed;
        init => _plan.Failed = value;
    }

    public ImmutableArray<SimulatedStore> Stores => _devices.Stores;

    /// <summary>Whether it works out <see cref="ComingFrom"/> with each plan: a pass more.</summary>
    public bool TellsPlan
    {
        get => _plan.TellsPlan;
        init => _plan.TellsPlan = value;
    }

    /// <summary>Whether it keeps its plan for <see cref="Ahead"/>: some 80 kB, which thousands of homes in one process need not spend.</summary>
    public bool KeepsAhead
    {
        get => _plan.KeepsAhead;
        init => _plan.KeepsAhead = value;
    }

    /// <summary>Runs of appliances that have finished.</summary>
    public int FinishedRuns => _devices.Appliances.Sum(appliance => appliance.Finished);

    /// <summary>What the home would buy and sell in the period at which price; within the market's admission rules.</summary>
    public BidSteps BidFor(Period period)
    {
        var supplier = _tariff.At(period);
        return BidConstruction.Steps(DemandIn(period), supplier, Reservation.Of(supplier, Home.Home.MarginPermille, _rules), _devices.Limit, _rules);
    }

    /// <summary>
    /// What the home's net energy is at a price that was broadcast: the answer of a home that places no bids. Wh, + import;
    /// within its connection.
    /// </summary>
    public Energy ResponseTo(Period period, Price price) => Energy.Max(-_devices.Limit, Energy.Min(_devices.Limit, DemandIn(period).At(price)));

    /// <summary>
    /// What the home plans to take from a period on, in each as a function of its price: what it may tell the others, so that all can expect the prices at which
    /// the plans of all meet. Empty unless it <see cref="TellsPlan"/>.
    /// </summary>
    public ImmutableArray<PlannedDemand> ComingFrom(Period period) => _plan.ComingFrom(period);

    /// <summary>Takes in what has become known of the home; the next bid and the next delivery go by it.</summary>
    public void Observe(HomeNow now)
    {
        if (_devices.Observe(now))
        {
            // A plan anew, and not from that of the period before, which may be this one's.
            _plan.Forget();
        }
    }

    /// <summary>The home's horizon from a period on, as its bid for that period was planned.</summary>
    /// <exception cref="InvalidOperationException">The agent does not keep it.</exception>
    public HomeAhead Ahead(Period period)
    {
        _ = _plan.For(period);
        return _plan.Ahead ?? throw new InvalidOperationException($"{Home.Home.Name}: an agent that looks ahead is made with {nameof(KeepsAhead)}.");
    }

    /// <summary>
    /// Takes in what the home has promised beside the local market, a period each; null where it promised nothing. There it bids its program and nothing else, so
    /// that nothing is sold twice, and runs as ordered as far as its devices can; comfort, departures, deadlines and the connection come first.
    /// </summary>
    /// <param name="committed">Asked from now on; to be given again whenever an answer changes.</param>
    public void Commit(Func<Period, Commitment?> committed)
    {
        _plan.Committed = committed;
        _plan.Forget();
    }

    /// <summary>
    /// An order came while the period that was run last is under way: its stores and its plant go by what is committed now. Runs that have started go on.
    /// </summary>
    /// <returns>What the meter reads instead; null where nothing is committed in that period.</returns>
    public Delivery? Amend()
    {
        if (_running is not { } running || CommittedIn(running.Period) is not { } commitment)
        {
            return null;
        }

        // The next plan starts from other fills.
        _plan.Forget();
        return running.Amend(commitment.Due, Ordered);
    }

    /// <summary>
    /// What the home would take in the period that was run last, as it turns out to be, as a function of price: what it may tell the others, so that together they
    /// balance what each deviates from its trades. Runs that have started go on. What is promised elsewhere is told as it was traded, whatever is ordered of it, so that nobody takes it
    /// for a deviation to make good. Null where no period was run.
    /// </summary>
    public PlannedDemand? Running =>
        _running is { } running ? running.Told(CommittedIn(running.Period) is { } promised ? DemandCurve.Constant(promised.Program) : running.Demand) : null;

    /// <summary>
    /// The first third of the period that was run last is over, and the home's meter has counted something else than it was to: load, or sun, is expected to go on like that.
    /// </summary>
    /// <param name="period">Of another than that nothing is taken in.</param>
    /// <param name="counted">Through the meter in the first third, Wh; + import.</param>
    public void TurnsOut(Period period, Energy counted)
    {
        if (_running is { } running && running.Period == period)
        {
            running.TurnsOut(counted);
        }
    }

    /// <summary>The members' devices balance the period that was run last: its stores and its plant go by the signal instead.</summary>
    /// <returns>What the meter reads instead; null where the signal is of another period, or something is promised in this one.</returns>
    public Delivery? Balance(BalanceSignal signal)
    {
        if (_running is not { } running || running.Period != signal.Period || CommittedIn(running.Period) is not null)
        {
            return null;
        }

        if (_plan.Period != running.Period)
        {
            // The period after it was planned already, from other fills.
            _plan.Forget();
        }

        return running.Balance(signal);
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
        var expected = _plan.For(period);
        var (load, sun) = _devices.Known.IsMetered ? (Rounded(expected.Load), Rounded(expected.Sun)) : _devices.Measured(period);
        var supplier = _tariff.At(period);
        var besidePrice = price ?? (load > sun ? supplier.Import : supplier.Export);
        var beside = _devices.Known.Beside.At(besidePrice);
        var commitment = CommittedIn(period);
        var situation = _devices.See(period, expected, load + beside, sun, commitment is null ? Residual(supplier, price) : Ordered, runs: true);
        _running = new RunningPeriod(period, _devices, _rules, _tariff, traded, load, sun, beside, besidePrice, situation);
        _last = period;
        return _running.Begin(Disaggregation.Best(situation, commitment?.Due ?? traded));
    }

    private Commitment? CommittedIn(Period period) => _plan.Committed?.Invoke(period);

    private static Energy Rounded(double wattHours) => new((long)Math.Round(wattHours));

    private DemandCurve DemandIn(Period period)
    {
        if (CommittedIn(period) is { } commitment)
        {
            // Whatever is planned: an order every few seconds costs no plan each.
            return DemandCurve.Constant(commitment.Program);
        }

        var plan = _plan.For(period);
        return _devices.See(period, plan, Rounded(plan.Load), Rounded(plan.Sun), _tariff.At(period)).Demand + BesideOnTick();
    }

    // A bid has 16 steps a side for all devices.
    private DemandCurve BesideOnTick()
    {
        var joined = _devices.Known.Beside.Joined(MostBesideSlices);
        return new DemandCurve(joined.Base, joined.Slices.Select(slice => slice with { Limit = Tick.Down(slice.Limit.MicroEurPerKWh, _rules) }));
    }

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
}
