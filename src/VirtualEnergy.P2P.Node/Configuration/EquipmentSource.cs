using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Configuration;

/// <summary>What a home has beside what its household's data say, simulated unless a real device plays its part: <c>equipment</c> in <c>home.json</c>.</summary>
public sealed record EquipmentSource
{
    private const int MostOfAKind = 4;

    /// <summary>Beside those of the household's data.</summary>
    public ImmutableArray<ApplianceSource> Appliances { get; init; } = [];

    public ImmutableArray<CarSource> Cars { get; init; } = [];

    public ImmutableArray<HeatPumpSource> HeatPumps { get; init; } = [];

    public ImmutableArray<WaterHeaterSource> WaterHeaters { get; init; } = [];

    public ImmutableArray<FreezerSource> Freezers { get; init; } = [];

    public ImmutableArray<CogenerationSource> Cogeneration { get; init; } = [];

    public ImmutableArray<LightSource> Lights { get; init; } = [];

    public WindSource? Wind { get; init; }

    /// <summary>A home with all of it, with what a calendar says of it for a span.</summary>
    /// <param name="home">The home without.</param>
    /// <param name="first">First period of the span.</param>
    /// <param name="last">Last one.</param>
    /// <exception cref="UserErrorException">Something cannot be.</exception>
    public PlannedHome AddTo(PlannedHome home, Period first, Period last)
    {
        try
        {
            return new PlannedHome(WithAppliances(home.Home, first, last), [.. home.Stores.Where(store => store.Name != PlannedHome.Battery), .. Stores(first, last)])
            {
                Lights = [.. home.Lights, .. Lights.Select(light => light.Open(first, last))],
                Wind = Wind?.Open(first, last) ?? home.Wind,
            };
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException($"equipment: {error.Message}", error);
        }
    }

    private HomeDescription WithAppliances(HomeDescription home, Period first, Period last)
    {
        if (Appliances.IsDefaultOrEmpty)
        {
            return home;
        }

        var days = LocalDays.Between(first, last);
        ImmutableArray<ApplianceDescription> appliances = [.. home.Appliances, .. Appliances.Select(appliance => appliance.Open(days))];
        var peak = home.Load.Peak + appliances.Sum(appliance => appliance.Peak);
        return peak > home.ConnectionWatts
            ? throw new UserErrorException($"equipment.appliances: load and appliances can draw {peak} W at once, and the connection carries {home.ConnectionWatts} W; connection_w in homes.csv says what it carries.")
            : new HomeDescription(home.Name, home.ConnectionWatts, home.Load, home.Photovoltaics, home.Battery, appliances)
            {
                LoadForecast = home.LoadForecast, PhotovoltaicsForecast = home.PhotovoltaicsForecast, MarginPermille = home.MarginPermille,
            };
    }

    private ImmutableArray<StoreModel> Stores(Period first, Period last)
    {
        (string Key, int Count)[] kinds =
        [
            ("cars", Cars.Length), ("heatPumps", HeatPumps.Length), ("waterHeaters", WaterHeaters.Length), ("freezers", Freezers.Length),
            ("cogeneration", Cogeneration.Length), ("lights", Lights.Length),
        ];
        foreach (var (key, count) in kinds)
        {
            if (count > MostOfAKind)
            {
                throw new UserErrorException($"equipment.{key}: {count} are more than a home has; {MostOfAKind} are possible.");
            }
        }

        var days = LocalDays.Between(first, last);
        return
        [
            .. Cars.Select(car => car.Open(days)),
            .. HeatPumps.Select(pump => pump.Open(first, last)),
            .. WaterHeaters.Select(heater => heater.Open(days, first, last)),
            .. Freezers.Select(freezer => freezer.Open()),
            .. Cogeneration.Select(unit => unit.Open(first, last)),
        ];
    }

    internal static T Checked<T>(string key, string name, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException error)
        {
            throw new UserErrorException($"equipment.{key}: {name}: {error.Message}", error);
        }
    }

    internal static double Within(string key, string name, string what, double value, double least, double most, string unit) => value >= least && value <= most
        ? value : throw new UserErrorException(FormattableString.Invariant($"equipment.{key}: {name}: {what} is {value}; {least} to {most} {unit} are possible."));
}
