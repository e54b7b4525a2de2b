using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Drivers.Cars;
using VirtualEnergy.P2P.Node.Hosting;
using VirtualEnergy.P2P.Node.S2;

namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// What the house says of itself, for the agent that plans it: real batteries by their own word, devices that speak S2, and what the member has
/// decided. Any thread may call.
/// </summary>
/// <param name="book">Knows the devices.</param>
/// <param name="s2">Those that speak S2; null without any.</param>
/// <param name="controls">The member's word.</param>
/// <param name="cars">What real cars are expected to do.</param>
/// <param name="time">What is told now is about now: a market of another time is simulated throughout.</param>
public sealed class HomeSenses(DeviceBook book, S2House? s2, MemberControls controls, HomeCars cars, TimeProvider time)
{
    private static readonly TimeSpan Near = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly RunningPlan _running = new();
    private ImmutableSortedSet<string> _devices = [];
    private MarketJoined? _market;
    private Delivery? _last;

    /// <summary>Everything that can be overridden, by name.</summary>
    public ImmutableSortedSet<string> Devices
    {
        get
        {
            lock (_gate)
            {
                return _devices.Union(s2?.Names ?? []);
            }
        }
    }

    /// <summary>Takes the node's news.</summary>
    public void Tell(NodeNews news)
    {
        lock (_gate)
        {
            if (news is MarketJoined joined)
            {
                _market = joined;
                _devices = _devices.Union(joined.Devices);
            }
            else if (news is PeriodRun run)
            {
                _running.Add(run.Delivery);
                _last = run.Delivery;
                _devices = _devices.Union(run.Delivery.Allocations.Select(order => order.Device));
            }
        }
    }

    /// <summary>What is known for a period that is to be bid for or run.</summary>
    public HomeNow Sense(Period period)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_market is not { Market.Rules: var rules, Tariff: var tariff } || (rules.Grid.StartOf(period) - now).Duration() > Near)
            {
                return HomeNow.Simulated;
            }

            var (begins, words) = (rules.Grid.StartOf(period), Words(rules.Grid, period));
            var plan = s2?.Plan(begins > now ? begins : now, rules, tariff.At(period), words);
            var batteries = Batteries(period, rules.Grid).Concat(plan?.Batteries ?? []).Select(battery => _running.At(period, battery, now, rules.Grid));
            return new HomeNow { Batteries = [.. batteries], Fixed = words, Beside = plan?.Beside ?? DemandCurve.Constant(Energy.Zero) };
        }
    }

    /// <summary>A period has begun: devices that speak S2 are told their part.</summary>
    public void Begin(Delivery delivery) => Obey(delivery, null);

    /// <summary>No plan has come for the period that runs: batteries that speak S2 rest, other devices go by the supplier's price, until one does. The member's word holds on.</summary>
    public void End()
    {
        if (s2 is null)
        {
            return;
        }

        Delivery rest;
        lock (_gate)
        {
            if (_market is not { } market)
            {
                return;
            }

            _last = rest = Unplanned(market, s2.Names);
        }

        Obey(rest, null);
    }

    /// <summary>The member has decided anew for some devices: those of them that speak S2 are told at once.</summary>
    public void Obey(IReadOnlySet<string> devices)
    {
        MarketJoined? market;
        Delivery? last;
        lock (_gate)
        {
            (market, last) = (_market, _last);
        }

        if (market is not null)
        {
            Obey(last ?? Unplanned(market, []), devices);
        }
    }

    // What holds without a plan: batteries of these names rest, and what bids beside the plan goes by the supplier's price.
    private Delivery Unplanned(MarketJoined market, IEnumerable<string> resting)
    {
        var present = market.Market.Rules.Grid.At(time.GetUtcNow());
        return new Delivery(present, default, [.. resting.Select(name => new StorageAllocation(name, present, Energy.Zero))], default, default, default, default, null)
        {
            BesidePrice = market.Tariff.At(present).Import,
        };
    }

    private void Obey(Delivery delivery, IReadOnlySet<string>? only)
    {
        MarketJoined? market;
        lock (_gate)
        {
            market = _market;
        }

        if (s2 is not null && market is { Market.Rules: var rules })
        {
            var present = rules.Grid.At(time.GetUtcNow());
            s2.Obey(delivery, rules, market.Tariff.At(present), Words(rules.Grid, present), only);
        }
    }

    // A word that ends within a period holds to that period's end: what is traded for a period is traded for all of it.
    private ImmutableArray<FixedDevice> Words(PeriodGrid grid, Period period) =>
    [
        .. controls.Overrides.Where(word => word.Until > grid.StartOf(period) && word.Until > time.GetUtcNow())
            .Select(word => new FixedDevice(word.Device, word.IsOn, grid.At(word.Until - TimeSpan.FromTicks(1)).Next)),
    ];

    // A battery takes part by the role that it plays; one that has been silent for long, or does not say what it holds, does as it likes.
    private IEnumerable<MeasuredBattery> Batteries(Period period, PeriodGrid grid)
    {
        var told = new HashSet<string>();
        var present = PeriodGrid.QuarterHour.At(time.GetUtcNow());
        foreach (var state in book.All())
        {
            var isCar = state.Device is { IsCar: true, Role: not null };
            var isHeard = state is { IsThere: true, Reading: { IsEstimated: false, FillPermille: not null } };
            var journeys = !isCar ? default : cars.Look(
                state.Device.Role!, present, isHeard ? new Energy(state.Device.CapacityWattHours.GetValueOrDefault() * state.Reading!.Value.FillPermille!.Value / 1000) : null,
                state is { IsThere: true, Device.SaysConnected: true }, new Energy(state.Device.CapacityWattHours.GetValueOrDefault()));
            if (state is { Device: { Role: { } role, Abilities: var abilities }, Reading.IsEstimated: false } && abilities.HasFlag(DeviceAbilities.Charges)
                && DeviceControlSpace.Of(state, period) is StorageControlSpace { MaximumFill.WattHours: > 0 } space && told.Add(role))
            {
                yield return new MeasuredBattery(role, new BatteryDescription(
                    space.MaximumFill, space.ChargeWatts, space.DischargeWatts, space.Charging, space.Discharging, space.MinimumFill, space.Fill)) { Journeys = isCar ? Journey.On(journeys, PeriodGrid.QuarterHour, grid) : default };
            }
        }
    }
}
