using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Planning;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>A home with everything that its planner moves: what <see cref="HomeDescription"/> has, and stores beside the battery.</summary>
public sealed record PlannedHome
{
    /// <param name="home">Connection, load, plant, battery, appliances.</param>
    /// <param name="stores">Car, heat pump, water heater; names are unique in the home.</param>
    /// <param name="grid">Length of a period; a quarter of an hour unless told.</param>
    /// <exception cref="ArgumentException">Two devices share a name.</exception>
    public PlannedHome(HomeDescription home, ImmutableArray<StoreModel> stores, PeriodGrid? grid = null)
    {
        Home = home;
        Stores = home.Battery is { } battery ? [new BatteryStore(Battery, battery, grid), .. stores] : stores;
        CheckNames([]);
    }

    /// <summary>The name under which a home plans its battery.</summary>
    public const string Battery = "battery";

    /// <summary>The name under which a home plans its photovoltaic plant.</summary>
    public const string Photovoltaics = "photovoltaics";

    public HomeDescription Home { get; }

    /// <summary>The battery first, if there is one.</summary>
    public ImmutableArray<StoreModel> Stores { get; }

    /// <summary>Lights that may be dimmed; names are unique in the home.</summary>
    /// <exception cref="ArgumentException">Two devices share a name.</exception>
    public ImmutableArray<DimmableLight> Lights
    {
        get;
        init
        {
            CheckNames(value);
            field = value;
        }
    } = [];

    /// <summary>A wind turbine, or null.</summary>
    public WindTurbine? Wind { get; init; }

    /// <summary>What a home expects, with what its lights will take and its wind will give.</summary>
    internal Outlook Expecting(Outlook outlook, Period now, PeriodGrid grid)
    {
        if (Wind is null && Lights.IsEmpty)
        {
            return outlook;
        }

        var load = outlook.Load.Select((energy, t) => energy + grid.EnergyOf(LightWatts(new Period(now.Index + t))).WattHours).ToArray();
        var wind = outlook.KnowsSun && Wind is { } known
            ? [.. load.Select((_, t) => (double)grid.EnergyOf(known.Production.At(new Period(now.Index + t))).WattHours)]
            : Wind?.Expected(now, load.Length, grid) ?? new double[load.Length];
        return outlook with { Load = load, Sun = [.. outlook.Sun.Zip(wind, (sun, wind) => sun + wind)] };
    }

    private void CheckNames(ImmutableArray<DimmableLight> lights)
    {
        var names = Stores.Select(store => store.Name).Concat(Home.Appliances.Select(appliance => appliance.Name)).Concat(lights.Select(light => light.Name)).ToList();
        if (names.Distinct().Count() != names.Count)
        {
            throw new ArgumentException($"{Home.Name}: each device needs a name of its own.", nameof(lights));
        }
    }

    /// <summary>What lights take undimmed, W.</summary>
    internal long LightWatts(Period period) => Lights.Sum(light => light.Watts.At(period));

    /// <summary>The names of everything that is planned.</summary>
    public IEnumerable<string> Devices => Stores.Select(store => store.Name).Concat(Home.Appliances.Select(appliance => appliance.Name))
        .Concat(Lights.Select(light => light.Name)).Concat(Home.Photovoltaics is null ? [] : [Photovoltaics]);

    /// <summary>The home in a market of other periods, with everything that it has.</summary>
    public PlannedHome On(PeriodGrid grid) => Home.Load.Grid == grid && Stores.All(store => store.Grid == grid) ? this
        : new PlannedHome(Home.On(grid), [.. Stores.Where(store => store.Name != Battery).Select(store => store.On(grid))], grid)
        {
            Lights = [.. Lights.Select(light => new DimmableLight(light.Name, light.Watts.On(grid), light.LeastShare, light.Worth))],
            Wind = Wind is { } wind ? new WindTurbine(wind.Production.On(grid)) : null,
        };
}
