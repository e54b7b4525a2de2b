using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Agents;

/// <summary>A home's devices as they are now: what stores hold, which appliances run or wait, what the member has fixed, what is out of reach; and what all of them can do in a period.</summary>
internal sealed class HomeDevices
{
    private readonly MarketRules _rules;
    private ImmutableHashSet<string> _real = [];
    private ImmutableArray<string> _lost = [];

    /// <param name="home">The home.</param>
    /// <param name="rules">The market's.</param>
    public HomeDevices(PlannedHome home, MarketRules rules)
    {
        (Home, _rules) = (home, rules);
        Limit = new Energy(checked(home.Home.ConnectionWatts * rules.Grid.LengthSeconds) / 3600);
        Stores = [.. home.Stores.Select(model => new SimulatedStore(model))];
        Appliances = [.. home.Home.Appliances.Select(appliance => new ShiftableAppliance(appliance, rules.Grid))];
    }

    public PlannedHome Home { get; }

    /// <summary>What the connection carries in a period, Wh.</summary>
    public Energy Limit { get; }

    /// <summary>Real ones that were heard of later stand behind those that the home was described with.</summary>
    public ImmutableArray<SimulatedStore> Stores { get; private set; }

    public ImmutableArray<ShiftableAppliance> Appliances { get; }

    /// <summary>What has become known of the home.</summary>
    public HomeNow Known { get; private set; } = HomeNow.Simulated;

    /// <summary>Whether it was real and is out of reach: it does as it likes.</summary>
    public bool IsLost(string device) => _lost.Contains(device);

    public bool IsFixed(string device, Period period, bool isOn) => Known.Fixed.Any(one => one.Device == device && one.IsOn == isOn && period < one.Until);

    /// <summary>Load and production by the home's own profiles, Wh.</summary>
    public (Energy Load, Energy Sun) Measured(Period period) => (
        _rules.Grid.EnergyOf(Home.Home.Load.At(period) + Home.LightWatts(period)),
        _rules.Grid.EnergyOf(Home.Home.Photovoltaics?.At(period) ?? 0) + _rules.Grid.EnergyOf(Home.Wind?.Production.At(period) ?? 0));

    /// <summary>Takes in what has become known.</summary>
    /// <returns>Whether what was planned before no longer holds.</returns>
    public bool Observe(HomeNow now)
    {
        var isNews = false;
        foreach (var battery in now.Batteries)
        {
            isNews |= Adopt(battery.Store(_rules.Grid));
        }

        _lost = [.. _real.Where(name => now.Batteries.All(battery => battery.Name != name)).Order(StringComparer.Ordinal)];
        var known = now with { Fixed = [.. now.Fixed, .. _lost.Select(name => new FixedDevice(name, false, new Period(long.MaxValue)))] };
        isNews |= !known.Fixed.SequenceEqual(Known.Fixed);
        Known = known;
        return isNews;
    }

    /// <summary>What every device can take or give in a period, as a function of price.</summary>
    /// <param name="plan">What the devices' energy is worth.</param>
    /// <param name="load">What no price changes, Wh ≥ 0.</param>
    /// <param name="sun">What plants could make, Wh ≥ 0.</param>
    /// <param name="residual">What a kWh beside the trades costs.</param>
    /// <param name="runs">Whether the period begins now, so that what is due in it is seen.</param>
    public Situation See(Period period, FirstPeriod plan, Energy load, Energy sun, SupplierPrices residual, bool runs = false)
    {
        var (consumed, waiting) = Runs(period, plan, load);

        // What neither the home nor its connection can take is curtailed before anything else is decided.
        var produced = IsFixed(PlannedHome.Photovoltaics, period, isOn: false) ? Energy.Zero : Energy.Max(Energy.Zero, Energy.Min(sun, consumed + Limit));
        var room = Energy.Max(Energy.Zero, Limit - consumed);
        var bending = ImmutableArray.CreateBuilder<DemandCurve>(Stores.Length + Home.Lights.Length + 1);
        for (var s = 0; s < Stores.Length; s++)
        {
            var range = Stores[s].Range(period);
            if (IsFixed(Stores[s].Model.Name, period, isOn: true))
            {
                var taken = Energy.Min(range.Most, room);
                room -= taken;
                bending.Add(DemandCurve.Constant(taken));
            }
            else
            {
                bending.Add(IsFixed(Stores[s].Model.Name, period, isOn: false) ? DemandCurve.Constant(Energy.Zero)
                    : StoreCurve.Of(plan.Demands[s], range, runs ? StoreCurve.Due(Stores[s], period) : range.Least, _rules));
            }
        }

        foreach (var light in Home.Lights)
        {
            var dimming = light.Dimming(period, _rules);
            bending.Add(IsFixed(light.Name, period, isOn: true) ? DemandCurve.Constant(Energy.Zero)
                : IsFixed(light.Name, period, isOn: false) ? DemandCurve.Constant(-_rules.Grid.EnergyOf(light.Watts.At(period))) : dimming);
        }

        bending.Add(CurtailmentDemand.Of(produced, residual, _rules));
        return new Situation(consumed - produced, produced, bending.MoveToImmutable(), waiting, residual, Limit);
    }

    /// <summary>Appliances run as it was decided.</summary>
    public (Energy Taken, ImmutableArray<Allocation> Allocations) RunAppliances(Period period, Plan plan, Situation situation)
    {
        var (taken, allocations) = (Energy.Zero, ImmutableArray.CreateBuilder<Allocation>(Appliances.Length));
        foreach (var appliance in Appliances)
        {
            var start = plan.StartOf(appliance.Name, situation) || IsFixed(appliance.Name, period, isOn: true);
            var order = new ShiftableAllocation(appliance.Name, period, start, IsFixed(appliance.Name, period, isOn: false));
            taken += appliance.Execute(order);
            allocations.Add(order);
        }

        return (taken, allocations.DrainToImmutable());
    }

    private (Energy Consumed, ImmutableArray<WaitingRun> Waiting) Runs(Period period, FirstPeriod plan, Energy load)
    {
        var (consumed, waiting) = (load, ImmutableArray.CreateBuilder<WaitingRun>());
        var run = 0;
        foreach (var appliance in Appliances)
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
                    waiting.Add(new WaitingRun(idle.Device, _rules.Grid.EnergyOf(idle.ProfileWatts[0]), StoreCurve.OnTick(plan.StartLimits[run++], _rules)));
                    break;
            }
        }

        return (consumed, waiting.ToImmutable());
    }

    private bool Adopt(StoreModel real)
    {
        _real = _real.Add(real.Name);
        if (Stores.FirstOrDefault(store => store.Model.Name == real.Name) is not { } store)
        {
            Stores = Stores.Add(new SimulatedStore(real));
            return true;
        }

        var isNews = store.Model.At(default) != real.At(default) || Math.Abs(store.Fill - real.InitialFill) >= 1
            || (real is CarStore car && !(store.Model is CarStore known && known.Journeys.SequenceEqual(car.Journeys)));
        store.Adopt(real);
        return isNews;
    }
}
