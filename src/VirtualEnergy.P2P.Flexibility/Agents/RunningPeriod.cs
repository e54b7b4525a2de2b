using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Bidding;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Market.Indications;

namespace VirtualEnergy.P2P.Flexibility.Agents;

/// <summary>
/// A period that has begun: its appliances run as they were started, and its stores, lights and plant may still be told otherwise, by an order or by what the members balance together.
/// </summary>
internal sealed class RunningPeriod
{
    /// <summary>
    /// A third of a period is over before it is known how it turns out, and the members' signal has come: as long devices go by the home's own trades. Five minutes of a
    /// quarter of an hour.
    /// </summary>
    private const int PartsOfPeriod = 3;

    private readonly HomeDevices _devices;
    private readonly MarketRules _rules;
    private readonly SupplierTariff _tariff;
    private readonly Energy _traded;
    private readonly Energy _beside;
    private readonly Price _besidePrice;
    private Situation _situation;
    private Energy _load;
    private Energy _sun;
    private Energy _appliances;
    private ImmutableArray<Allocation> _starts = [];

    // What devices did until it was known how the period turns out, and what they were told last.
    private ImmutableArray<Energy> _did = [];
    private ImmutableArray<Energy> _told = [];

    /// <param name="traded">Wh; + bought.</param>
    /// <param name="load">What no price changes, Wh ≥ 0, and what plants could make is <paramref name="sun"/>.</param>
    /// <param name="beside">Taken by what is planned elsewhere, Wh, at <paramref name="besidePrice"/>.</param>
    /// <param name="situation">What every device can, as it begins.</param>
    public RunningPeriod(
        Period period, HomeDevices devices, MarketRules rules, SupplierTariff tariff, Energy traded, Energy load, Energy sun, Energy beside, Price besidePrice, Situation situation)
    {
        (Period, _devices, _rules, _tariff) = (period, devices, rules, tariff);
        (_traded, _load, _sun, _beside, _besidePrice, _situation) = (traded, load, sun, beside, besidePrice, situation);
    }

    public Period Period { get; }

    /// <summary>What the home takes in what is left of it, as a function of price.</summary>
    public DemandCurve Demand => Rest().Demand;

    /// <summary>Appliances are started, devices do what they are told first, and the meter reads that.</summary>
    public Delivery Begin(Plan plan)
    {
        (_appliances, _starts) = _devices.RunAppliances(Period, plan, _situation);
        _did = plan.Bending;
        return Complete(plan.Bending, again: false);
    }

    /// <summary>They do what is ordered instead.</summary>
    /// <param name="due">Of the whole home, Wh; + import.</param>
    /// <param name="residual">What a kWh beside it costs.</param>
    public Delivery Amend(Energy due, SupplierPrices residual) => Complete(Disaggregation.Best(AsRun(residual), due).Bending, again: true);

    /// <summary>They do what the members balance together instead.</summary>
    public Delivery Balance(BalanceSignal signal)
    {
        var rest = Rest();
        return Complete(Disaggregation.Best(rest, signal.Of(Told(rest.Demand))).Bending, again: true);
    }

    /// <summary>What the members are told of a demand in this period.</summary>
    public PlannedDemand Told(DemandCurve demand) => new ComingDemands(_tariff, _rules, _devices.Limit).Of(Period, demand);

    /// <inheritdoc cref="PlanningAgent.TurnsOut"/>
    public void TurnsOut(Energy counted)
    {
        var planned = _told.Aggregate(AsRun(_tariff.At(Period)).Fixed, (sum, energy) => sum + energy);
        var load = _load + Energy.Max(-_devices.Limit, Energy.Min(_devices.Limit, new Energy(PartsOfPeriod * counted.WattHours))) - planned;
        var more = Energy.Max(Energy.Zero, -load);
        (_load, _sun, _did) = (load + more, _sun + more, _told);
        _situation = _situation with { Production = _situation.Production + more };
    }

    // As it runs: what no price changes any more, and what every device can.
    private Situation AsRun(SupplierPrices residual) => _situation with
    {
        Fixed = _load + _beside + _appliances - _situation.Production,
        Bending = _situation.Bending.SetItem(_situation.Bending.Length - 1, CurtailmentDemand.Of(_situation.Production, residual, _rules)),
        Waiting = [],
        Supplier = residual,
    };

    private Situation Rest()
    {
        var situation = AsRun(_tariff.At(Period));
        return situation with { Bending = [.. situation.Bending.Select((curve, device) => Rest(curve, _did[device]))] };
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

    // What every device still can when the first part of the period is over.
    private static Energy Still(Energy did, Energy whole) => new((long)Math.Floor((did.WattHours + (PartsOfPeriod - 1.0) * whole.WattHours) / PartsOfPeriod));

    // Stores, lights and plants, in this order.
    private Delivery Complete(ImmutableArray<Energy> bending, bool again)
    {
        _told = bending;
        var (storage, charging, allocations) = (Energy.Zero, Energy.Zero, _starts.ToBuilder());
        var stores = bending.Length - _devices.Home.Lights.Length - 1;
        for (var s = 0; s < stores; s++)
        {
            var store = _devices.Stores[s];
            var energy = again ? store.ExecuteAgain(Period, bending[s]) : store.Execute(Period, bending[s]);
            (storage, charging) = store.Model.CanDeliver ? (storage + energy, charging) : (storage, charging + energy);
            if (!_devices.IsLost(store.Model.Name))
            {
                allocations.Add(new StorageAllocation(store.Model.Name, Period, energy));
            }
        }

        var dimmed = bending[stores..^1].Aggregate(Energy.Zero, (sum, light) => sum + light);
        var production = _situation.Production - bending[^1];
        if (_devices.Home.Home.Photovoltaics is not null)
        {
            allocations.Add(new InflexibleAllocation(PlannedHome.Photovoltaics, Period, _sun - production));
        }

        var battery = _devices.Stores.FirstOrDefault(store => store.Model is BatteryStore);
        return new Delivery(
            Period, _traded, allocations.DrainToImmutable(), _load + dimmed, _appliances, production, storage, battery is null ? null : new Energy((long)battery.Fill))
        {
            Charging = charging,
            Beside = _beside,
            BesidePrice = _besidePrice,
        };
    }
}
