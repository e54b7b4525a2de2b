using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Flexibility;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// A user's own community: <c>load.csv</c> (time and a column of average W for each home), if there are plants <c>pv.csv</c>
/// in the same layout, and if there are batteries, zones or contract powers <c>homes.csv</c>. docs/data.md has an example.
/// </summary>
/// <remarks>Nothing is added to it: what the files do not name is not there.</remarks>
public static class OwnCsvDataset
{
    private static readonly string[] HomeColumns = ["home", "zone", "connection_w", "battery_wh", "battery_w"];

    public static bool Recognises(string folder) => CsvTable.FirstColumn(Path.Combine(folder, "load.csv")) == "time";

    /// <param name="folder">The folder.</param>
    /// <param name="homes">How many of the homes, in the order of the columns; null takes all.</param>
    /// <exception cref="DatasetException">A file breaks the layout, or there are fewer homes.</exception>
    public static Community Open(string folder, int? homes)
    {
        var load = Read(Path.Combine(folder, "load.csv"));
        var names = load.Header.Where(column => column != "time").ToArray();
        var sun = File.Exists(Path.Combine(folder, "pv.csv")) ? Read(Path.Combine(folder, "pv.csv")) : null;
        if (names.Length == 0 || homes > names.Length)
        {
            throw new DatasetException(load.File, 1, null, $"The file has {names.Length} homes, {homes ?? 1} are asked for.");
        }

        if (sun is not null && (sun.First != load.First || sun.Length != load.Length))
        {
            throw new DatasetException(sun.File, 0, null, $"It covers another span than {load.File}. Cut both to the same.");
        }

        if (sun?.Header.FirstOrDefault(column => column != "time" && !names.Contains(column)) is { } stranger)
        {
            throw new DatasetException(sun.File, 1, stranger, "There is no home of this name in load.csv.");
        }

        var details = Details(Path.Combine(folder, "homes.csv"), names);
        var households = names.Take(homes ?? names.Length).Select((name, i) =>
        {
            var production = sun is not null && sun.Has(name) ? sun.Watts(name, 1) : (ImmutableArray<long>?)null;
            var profile = new HouseholdProfile(load.First, load.Watts(name, 1), production);
            var detail = details.GetValueOrDefault(name);
            var smallest = Household.SmallestConnection(profile, []);
            return detail.Connection > 0 && detail.Connection < profile.Load.Peak
                ? throw new DatasetException(load.File, 0, name, $"The load reaches {profile.Load.Peak} W, homes.csv gives the connection {detail.Connection} W.")
                : new Household(
                    name, detail.Zone is { Length: > 0 } zone ? new ZoneId(zone) : Dataset.ZoneOf(i),
                    detail.Connection > 0 ? detail.Connection : smallest, profile, detail.Battery, []);
        });
        return new Community(folder, load.First, load.Length, [.. households]);
    }

    private static TimeSeriesTable Read(string file) => TimeSeriesTable.Read(file, "time", Instant, "2026-06-15T00:15:00Z, with Z or an offset");

    private static DateTimeOffset? Instant(string text) =>
        DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
        && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > "yyyy-MM-dd".Length)
            ? instant
            : null;

    private static Dictionary<string, (string? Zone, long Connection, BatteryDescription? Battery)> Details(string file, string[] names)
    {
        var details = new Dictionary<string, (string?, long, BatteryDescription?)>();
        if (!File.Exists(file))
        {
            return details;
        }

        var table = CsvTable.Read(file);
        if (table.Header.FirstOrDefault(column => !HomeColumns.Contains(column)) is { } unknown)
        {
            throw new DatasetException(file, 1, unknown, $"Unknown column. Known are {string.Join(", ", HomeColumns)}.");
        }

        var home = table.Column("home");
        foreach (var line in table.Lines)
        {
            string? Text(string column) => table.HasColumn(column) && line.Fields[table.Column(column)] is { Length: > 0 } text ? text : null;
            long Whole(string column, long high) => Text(column) is null ? 0 : (long)Math.Round(table.Number(line, table.Column(column), 0, high));

            var name = line.Fields[home];
            if (!names.Contains(name))
            {
                throw table.Wrong(line, home, $"There is no home '{CsvTable.Shown(name)}' in load.csv.");
            }

            var (capacity, power) = (Whole("battery_wh", 1_000_000), Whole("battery_w", PowerProfile.MostWatts));
            if (capacity > 0 != power > 0)
            {
                throw table.Wrong(line, home, "A battery needs both battery_wh and battery_w.");
            }

            var battery = capacity > 0 ? new BatteryDescription(new Energy(capacity), power, power) : null;
            if (!details.TryAdd(name, (Text("zone"), Whole("connection_w", PowerProfile.MostWatts), battery)))
            {
                throw table.Wrong(line, home, $"{name} appears twice.");
            }
        }

        return details;
    }
}
