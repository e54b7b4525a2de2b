using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>A home as its agent needs to know it: the connection, what it consumes and produces, and its devices.</summary>
public sealed record HomeDescription
{
    /// <summary>More appliances than this do not run in one home.</summary>
    public const int MostAppliances = 4;

    /// <summary>Highest <see cref="MarginPermille"/>: buyers and sellers at a fifth of the spread each still meet.</summary>
    public const int MostMarginPermille = 200;

    /// <param name="name">What people call the home; also gives its default margin.</param>
    /// <param name="connectionWatts">What the connection carries each way, W.</param>
    /// <param name="load">Base load as measured, W per period.</param>
    /// <param name="photovoltaics">Production that the sun gives, W per period, or null without a plant.</param>
    /// <param name="battery">The battery, or null.</param>
    /// <param name="appliances">Shiftable appliances, at most <see cref="MostAppliances"/>; none unless told.</param>
    /// <exception cref="ArgumentException">The home could draw more than its connection carries, or two devices share a name.</exception>
    public HomeDescription(
        string name, long connectionWatts, PowerProfile load, PowerProfile? photovoltaics = null,
        BatteryDescription? battery = null, ImmutableArray<ApplianceDescription> appliances = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(load);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(connectionWatts);
        Name = name;
        ConnectionWatts = connectionWatts;
        Load = load;
        LoadForecast = load;
        Photovoltaics = photovoltaics;
        PhotovoltaicsForecast = photovoltaics;
        Battery = battery;
        Appliances = appliances.IsDefault ? [] : appliances;
        MarginPermille = DefaultMargin(name);

        if (Appliances.Length > MostAppliances || Appliances.DistinctBy(appliance => appliance.Name).Count() != Appliances.Length)
        {
            throw new ArgumentException($"{name}: at most {MostAppliances} appliances, each with a name of its own.", nameof(appliances));
        }

        var peak = load.Peak + Appliances.Sum(appliance => appliance.Peak);
        if (peak > connectionWatts)
        {
            throw new ArgumentException(
                $"{name}: load and appliances can draw {peak} W, the connection carries {connectionWatts} W.", nameof(connectionWatts));
        }
    }

    public string Name { get; }

    /// <summary>What the connection carries each way, W.</summary>
    public long ConnectionWatts { get; }

    /// <summary>Base load as it will be measured.</summary>
    public PowerProfile Load { get; }

    /// <summary>Production that the sun will give; null without a plant.</summary>
    public PowerProfile? Photovoltaics { get; }

    /// <summary>What the agent expects of the base load; the measured profile unless told.</summary>
    public PowerProfile LoadForecast { get; init; }

    /// <summary>What the agent expects of the sun; the measured profile unless told.</summary>
    public PowerProfile? PhotovoltaicsForecast { get; init; }

    public BatteryDescription? Battery { get; }

    public ImmutableArray<ApplianceDescription> Appliances { get; }

    /// <summary>
    /// The least the home wants to gain by trading locally instead of with its supplier, in thousandths of the spread between
    /// the supplier's two prices, 0 to <see cref="MostMarginPermille"/>. Unless told it follows from the name.
    /// </summary>
    public int MarginPermille
    {
        get;
        init => field = value is >= 0 and <= MostMarginPermille
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"A margin is 0 to {MostMarginPermille} thousandths of the spread.");
    }

    /// <summary>The same home by periods of another length.</summary>
    public HomeDescription On(PeriodGrid grid) => Load.Grid == grid ? this
        : new HomeDescription(Name, ConnectionWatts, Load.On(grid), Photovoltaics?.On(grid), Battery, [.. Appliances.Select(appliance => appliance.On(grid))])
        {
            LoadForecast = LoadForecast.On(grid),
            PhotovoltaicsForecast = PhotovoltaicsForecast?.On(grid),
            MarginPermille = MarginPermille,
        };

    // FNV-1a over the name's UTF-16 units: people differ in what they ask for, and the same home asks the same everywhere.
    private static int DefaultMargin(string name)
    {
        var hash = 2166136261u;
        foreach (var unit in name)
        {
            hash = unchecked((hash ^ unit) * 16777619u);
        }

        return (int)(hash % (MostMarginPermille + 1));
    }
}
