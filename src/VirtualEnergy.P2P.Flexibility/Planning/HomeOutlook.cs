using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Planning;

/// <summary>Puts a home and what it expects into the planner's terms.</summary>
internal sealed class HomeOutlook(
    PlannedHome home, PeriodGrid grid, SupplierTariff tariff, Energy limit, Outlook outlook, ImmutableArray<FixedDevice> fixedDevices,
    Func<Period, Commitment?>? committed)
{
    private readonly int _length = outlook.Load.Length;

    /// <summary>A problem for each course of the market's prices; one with the supplier's prices where none is expected.</summary>
    public HomeProblem[] Problems(Period now, ImmutableArray<SimulatedStore> stores, ImmutableArray<ShiftableAppliance> appliances)
    {
        var (load, sun) = ((double[])outlook.Load.Clone(), (double[])outlook.Sun.Clone());
        Array.Clear(sun, 0, Periods(PlannedHome.Photovoltaics, now, isOn: false));
        var runs = new List<RunProblem>();
        for (var a = 0; a < appliances.Length; a++)
        {
            AddRuns(now, appliances[a], home.Home.Appliances[a], load, runs);
        }

        StoreStage[][] stages = !outlook.Stages.IsDefault && outlook.Stages.Length == stores.Length
            ? [.. outlook.Stages.Select(store => (StoreStage[])store.Clone())]
            : [.. stores.Select(store => store.Model.Expected(now, _length))];
        for (var s = 0; s < stages.Length; s++)
        {
            Fix(load, stages[s], stores[s], now);
        }

        LeaveRoom(load, stages, stores);
        var promised = Promised(now);
        if (!outlook.Prices.IsDefaultOrEmpty)
        {
            return [.. outlook.Prices.Select(course => Problem(course, course))];
        }

        var prices = Enumerable.Range(0, _length).Select(t => tariff.At(new Period(now.Index + t))).ToArray();
        return [Problem(
            Array.ConvertAll(prices, price => (double)Math.Max(price.Import.MicroEurPerKWh, price.Export.MicroEurPerKWh)),
            Array.ConvertAll(prices, price => (double)price.Export.MicroEurPerKWh))];

        HomeProblem Problem(double[] buy, double[] sell) => new()
        {
            Load = load,
            Sun = sun,
            Buy = buy,
            Sell = sell,
            Limit = limit.WattHours,
            Haste = outlook.Haste,
            Hours = grid.LengthSeconds / 3600.0,
            Promised = promised,
            Stores = [.. stores.Select((store, s) => Store(now, store, stages[s], buy, sell))],
            Runs = [.. runs],
        };
    }

    private double?[] Promised(Period now)
    {
        if (committed is null)
        {
            return [];
        }

        var promised = new double?[_length];
        for (var t = 0; t < _length; t++)
        {
            promised[t] = committed(new Period(now.Index + t))?.Planned.WattHours;
        }

        return Array.Exists(promised, net => net is not null) ? promised : [];
    }

    // What is fixed is no choice: while it is off nothing flows, while it is on it takes what it can, and that is load.
    private void Fix(double[] load, StoreStage[] stages, SimulatedStore store, Period now)
    {
        var (fill, on) = (store.Fill, Periods(store.Model.Name, now, isOn: true));
        for (var t = 0; t < Math.Max(on, Periods(store.Model.Name, now, isOn: false)); t++)
        {
            var stage = stages[t];
            var energy = t < on ? Math.Min(stage.MostIn, Math.Max(0, (stage.Ceiling - stage.Left(fill)) / stage.InYield)) : 0;
            load[t] += energy;
            stages[t] = stage with { MostIn = 0, MostOut = 0, Use = stage.Use - energy * stage.InYield };
            fill = stage.After(fill, energy);
        }
    }

    // For how many periods of the horizon a device is on, or off, whatever the plan would like.
    private int Periods(string device, Period now, bool isOn)
    {
        var periods = 0L;
        foreach (var fixedDevice in fixedDevices)
        {
            periods = fixedDevice.Device == device && fixedDevice.IsOn == isOn ? Math.Max(periods, fixedDevice.Until.Index - now.Index) : periods;
        }

        return (int)Math.Clamp(periods, 0, _length);
    }

    // What the connection leaves over is all that a store can charge: load first, and what other stores will have to take at the latest. A plan may mean to charge
    // now and get nothing; then only what is sure to be left later tells in time that it cannot wait. Cars wait for the others. Sun counts where it is sure.
    private void LeaveRoom(double[] load, StoreStage[][] stages, ImmutableArray<SimulatedStore> stores)
    {
        var room = Array.ConvertAll(load, energy => limit.WattHours - energy);
        var latest = stages.Select((store, s) => stages.Length > 1 ? LatestCharge.Of(store, stores[s].Fill, room) : []).ToArray();
        for (var s = 0; s < stages.Length; s++)
        {
            var others = latest.Where((_, o) => o != s && (stores[s].Model is CarStore || stores[o].Model is not CarStore)).ToArray();
            for (var t = 0; t < _length; t++)
            {
                var left = room[t] - others.Sum(other => other[t]) + (outlook.KnowsSun || stores[s].Model.CanDeliver ? outlook.Sun[t] : 0);
                stages[s][t] = stages[s][t] with { MostIn = Math.Min(stages[s][t].MostIn, Math.Max(0, left)) };
            }
        }
    }

    private StoreProblem Store(Period now, SimulatedStore store, StoreStage[] stages, double[] buy, double[] sell)
    {
        if (outlook.EndPrice is { } known)
        {
            return new StoreProblem(stages, store.Fill, StoreModel.Worth(stages[^1], known));
        }

        // A battery can sell later what it holds; what others hold only saves buying it later, when that is cheapest, and some day it is as cheap as it gets.
        var (mean, least, days) = (0.0, double.PositiveInfinity, Math.Min(_length, 86_400 / grid.LengthSeconds));
        for (var t = _length - days; t < _length; t++)
        {
            mean += (buy[t] + sell[t]) / 2 / days;
            least = Math.Min(least, sell[t]);
        }

        double WorthAt(double price) => stages.Skip(_length - days).Average(stage => StoreModel.Worth(stage, price));
        return new StoreProblem(stages, store.Fill, WorthAt(store.Model.CanDeliver ? mean : least))
        {
            Enough = store.Model.EnoughAfter(new Period(now.Index + _length - 1)),
            EndValueBeyond = WorthAt(Math.Min(least, tariff.At(now).Export.MicroEurPerKWh)),
        };
    }

    // What runs already is load; what waits now, and what will wait within the horizon, is a run to plan.
    private void AddRuns(Period now, ShiftableAppliance appliance, ApplianceDescription description, double[] load, List<RunProblem> runs)
    {
        var energies = description.ProfileWatts.Select(watts => (double)grid.EnergyOf(watts).WattHours).ToArray();
        var free = 0L;
        switch (appliance.Describe(now))
        {
            case ShiftableControlSpace waiting:
                var off = Periods(appliance.Name, now, isOn: false);
                var latest = Periods(appliance.Name, now, isOn: true) > 0 ? 0 : Last(waiting.LatestStart.Index - now.Index);
                if (off <= latest)
                {
                    runs.Add(new RunProblem(energies, off, latest));
                }

                free = waiting.Deadline.Index;
                break;
            case InflexibleControlSpace:
                for (var k = appliance.Phase(now); k < energies.Length && k - appliance.Phase(now) < load.Length; k++)
                {
                    load[k - appliance.Phase(now)] += energies[k];
                }

                free = now.Index + 1;
                break;
        }

        foreach (var run in description.Runs)
        {
            if (run.EarliestStart.Index > now.Index && run.EarliestStart.Index >= free && run.EarliestStart.Index < now.Index + _length)
            {
                runs.Add(new RunProblem(
                    energies, (int)(run.EarliestStart.Index - now.Index), Last(run.Deadline.Index - energies.Length - now.Index)));
            }
        }
    }

    private int Last(long start) => (int)Math.Clamp(start, 0, _length - 1);
}
