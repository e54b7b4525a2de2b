using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Lab.Evaluation;

/// <summary>
/// The homes with their supplier and without any management: each device does what it does by itself. Cars charge when they come home, thermostats
/// keep the lowest temperature that is wanted, machines start when they are loaded, and a battery takes what the roof gives too much and
/// returns it when the home lacks it, as its inverter does.
/// </summary>
internal static class UnmanagedReplay
{
    public static HomeResult Run(EvaluationPlan plan, int index)
    {
        var home = plan.Homes[index].Home;
        ImmutableArray<SimulatedStore> stores = [.. plan.Homes[index].Stores.Select(model => new SimulatedStore(model))];
        ImmutableArray<ShiftableAppliance> appliances = [.. home.Appliances.Select(appliance => new ShiftableAppliance(appliance, plan.Rules.Grid))];
        var account = new HomeAccount(plan, index, stores);
        var limit = new Energy(home.ConnectionWatts * plan.Rules.Grid.LengthSeconds / 3600);
        foreach (var period in plan.Span.Periods)
        {
            var net = plan.Rules.Grid.EnergyOf(home.Load.At(period));
            foreach (var appliance in appliances)
            {
                net += appliance.Execute(new ShiftableAllocation(appliance.Name, period, true));
            }

            net -= Energy.Min(plan.Rules.Grid.EnergyOf(home.Photovoltaics?.At(period) ?? 0), net + limit);

            // Thermostats first, then cars, then the battery with what is left over or missing.
            foreach (var store in stores.OrderBy(store => store.Model switch { BatteryStore => 2, CarStore => 1, _ => 0 }))
            {
                net += store.Execute(period, Energy.Min(ByItself(store, period, net), limit - net));
            }

            account.Meter(net);
            account.Settle(period, net);
        }

        return account.Close(appliances.Sum(appliance => appliance.Finished));
    }

    private static Energy ByItself(SimulatedStore store, Period period, Energy net)
    {
        var stage = store.Model.At(period);
        return store.Model switch
        {
            BatteryStore => -net,
            CarStore => new Energy((long)stage.MostIn + 1),
            _ => new Energy((long)Math.Ceiling(Math.Max(0, -stage.Left(store.Fill)) / stage.InYield)),
        };
    }
}
