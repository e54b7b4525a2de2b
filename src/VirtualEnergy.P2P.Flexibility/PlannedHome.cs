using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>A home with everything that its planner moves: what <see cref="HomeDescription"/> has, and stores beside the battery.</summary>
public sealed record PlannedHome
{
    /// <param name="home">Connection, load, plant, battery, appliances.</param>
    /// <param name="stores">Car, heat pump, water heater; names are unique in the home.</param>
    /// <exception cref="ArgumentException">Two devices share a name.</exception>
    public PlannedHome(HomeDescription home, ImmutableArray<StoreModel> stores)
    {
        Home = home;
        Stores = home.Battery is { } battery ? [new BatteryStore("battery", battery), .. stores] : stores;
        var names = Stores.Select(store => store.Name).Concat(home.Appliances.Select(appliance => appliance.Name)).ToList();
        if (names.Distinct().Count() != names.Count)
        {
            throw new ArgumentException($"{home.Name}: each device needs a name of its own.", nameof(stores));
        }
    }

    public HomeDescription Home { get; }

    /// <summary>The battery first, if there is one.</summary>
    public ImmutableArray<StoreModel> Stores { get; }
}
