using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Node.Drivers;

namespace VirtualEnergy.P2P.Node.S2.Offered;

/// <summary>A device that can be offered over S2, before it has an id there.</summary>
/// <param name="Who">Who it is.</param>
/// <param name="Open">Makes the resource, by its id.</param>
public sealed record OfferedDevice(OfferedIdentity Who, Func<Identifier, OfferedResource> Open)
{
    /// <summary>A storage.</summary>
    public static OfferedDevice Of(OfferedIdentity who, IStorageBehind behind, TimeProvider time) => new(who, id => new StorageResource(id, who, behind, time));

    /// <summary>A plant.</summary>
    public static OfferedDevice Of(OfferedIdentity who, IProductionBehind behind, TimeProvider time) => new(who, id => new ProductionResource(id, who, behind, time));

    /// <summary>Everything that a home's description has and that can be offered; all of it simulated.</summary>
    public static ImmutableArray<OfferedDevice> Of(PlannedHome home, TimeProvider time) =>
    [
        .. home.Stores.Select(store => Of(store, time)),
        .. home.Home.Photovoltaics is { } sun ? [Of(OfferedIdentity.Simulated(PlannedHome.Photovoltaics, "photovoltaic plant"), new SimulatedPlant(sun, time), time)] : Array.Empty<OfferedDevice>(),
        .. home.Wind is { } wind ? [Of(OfferedIdentity.Simulated("wind turbine", "wind turbine"), new SimulatedPlant(wind, time), time)] : Array.Empty<OfferedDevice>(),
        .. home.Lights.Select(light => Of(OfferedIdentity.Simulated(light.Name, "light"), light, time)),
        .. home.Home.Appliances.Select(appliance => Of(appliance, ApplianceJob.Of(appliance), time)),
    ];

    /// <summary>An appliance of the home with jobs.</summary>
    public static OfferedDevice Of(ApplianceDescription appliance, ImmutableArray<ApplianceJob> jobs, TimeProvider time) =>
        Of(OfferedIdentity.Simulated(appliance.Name, "appliance"), new SimulatedAppliance(jobs, time), time);

    /// <summary>A machine with jobs.</summary>
    public static OfferedDevice Of(OfferedIdentity who, SimulatedAppliance appliance, TimeProvider time) => new(who, id => new JobResource(id, who, appliance, time));

    /// <summary>A real device of the home; null while no driver says enough of it.</summary>
    /// <param name="id">As in the book.</param>
    /// <param name="home">Knows when a car leaves, by the name that the real one's orders bear.</param>
    public static OfferedDevice? Of(HomeDrivers drivers, string id, PlannedHome home, TimeProvider time)
    {
        if (drivers.Now(id) is not { Device: var device })
        {
            return null;
        }

        OfferedIdentity Who(string type) => new(device.Name, type, "", device.Model);
        var (storage, plant) = (new DriverBattery(drivers, id, time, home.Stores.OfType<CarStore>().FirstOrDefault(car => device.IsCar && car.Name == device.Role)?.Journeys ?? []), new DriverInverter(drivers, id, time));
        return storage.Offer is not null ? Of(Who(device.IsCar ? "electric car" : "battery"), storage, time)
            : plant.RatedWatts > 0 ? Of(Who("photovoltaic plant"), plant, time)
            : null;
    }

    /// <summary>A light that can be dimmed.</summary>
    public static OfferedDevice Of(OfferedIdentity who, DimmableLight light, TimeProvider time)
    {
        var lamp = new SimulatedLight(light, time);
        return new OfferedDevice(who, id => new LightResource(id, who, lamp, time));
    }

    private static OfferedDevice Of(StoreModel store, TimeProvider time)
    {
        var (who, running) = (OfferedIdentity.Simulated(store.Name, TypeOf(store)), new SimulatedStorage(store, time));
        return store is CogenerationStore unit ? new OfferedDevice(who, id => new CogenerationResource(id, who, unit, running, time)) : Of(who, running, time);
    }

    private static string TypeOf(StoreModel store) => store switch
    {
        BatteryStore => "battery",
        CarStore => "electric car",
        HeatPumpStore => "heat pump",
        WaterHeaterStore => "water heater",
        FreezerStore => "freezer",
        CogenerationStore => "combined heat and power unit",
        _ => "storage",
    };
}
