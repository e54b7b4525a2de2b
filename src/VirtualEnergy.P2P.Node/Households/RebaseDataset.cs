using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Flexibility.ControlSpaces;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// The example community of rebase.energy (rebase-energy/gse-energy-community, MIT licence): <c>load.csv</c>, <c>pv.csv</c>
/// and <c>battery.csv</c>. Powers are average kW (their axes say kWh; only kW gives a plausible year), times are naive.
/// </summary>
/// <remarks>
/// Times are read as UTC+1 all through, as the file has no repeated hour on 26 October 2014 and its sun stands highest at
/// 12:00. Two houses repeat others to the last digit (H14 is H1, H15 is H5): a repeated load is left out.
/// </remarks>
public static class RebaseDataset
{
    public static bool Recognises(string folder) => CsvTable.FirstColumn(Path.Combine(folder, "load.csv")) == "Datetime";

    /// <param name="folder">The data set's folder.</param>
    /// <param name="homes">How many; more than the folder has are the same households, weeks later. Null takes each once.</param>
    /// <param name="seed">Gives the appliances: see docs/data.md.</param>
    /// <exception cref="DatasetException">A file breaks the layout.</exception>
    public static Community Open(string folder, int? homes, ulong seed)
    {
        var load = Read(Path.Combine(folder, "load.csv"));
        var sun = Read(Path.Combine(folder, "pv.csv"));
        if (sun.First != load.First || sun.Length != load.Length)
        {
            throw new DatasetException(sun.File, 0, null, $"It covers another span than {load.File}. Cut both to the same.");
        }

        var batteries = Batteries(Path.Combine(folder, "battery.csv"));
        var distinct = new List<(string Name, ImmutableArray<long> Watts)>();
        foreach (var name in load.Header.Where(column => column != "Datetime"))
        {
            var watts = load.Watts(name, 1_000);
            if (!distinct.Any(house => house.Watts.AsSpan().SequenceEqual(watts.AsSpan())))
            {
                distinct.Add((name, watts));
            }
        }

        var wanted = homes ?? distinct.Count;
        var households = ImmutableArray.CreateBuilder<Household>(wanted);
        for (var i = 0; i < wanted; i++)
        {
            var (name, watts) = distinct[i % distinct.Count];
            var production = sun.Has(name) ? sun.Watts(name, 1_000) : (ImmutableArray<long>?)null;
            var profile = new HouseholdProfile(load.First, Dataset.WeeksLater(watts, i / distinct.Count), production);
            households.Add(Dataset.Household(
                name, i, distinct.Count, profile, batteries.GetValueOrDefault(name), SplitMix64.For(seed, (ulong)i)));
        }

        return new Community($"rebase.energy example community, {folder}", load.First, load.Length, households.MoveToImmutable());
    }

    private static TimeSeriesTable Read(string file) => TimeSeriesTable.Read(file, "Datetime", Naive, "2014-10-01 00:15:00");

    private static DateTimeOffset? Naive(string text) =>
        DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? new DateTimeOffset(local, TimeSpan.FromHours(1))
            : null;

    // One line a parameter, one column a house: kWh, kW, and shares of one.
    private static Dictionary<string, BatteryDescription> Batteries(string file)
    {
        var table = CsvTable.Read(file);
        var parameter = table.Column("Parameter");
        var batteries = new Dictionary<string, BatteryDescription>();
        for (var column = 0; column < table.Header.Count; column++)
        {
            if (column == parameter)
            {
                continue;
            }

            double Value(string name, double low, double high)
            {
                var line = table.Lines.FirstOrDefault(candidate => candidate.Fields[parameter] == name);
                return line.Fields is null
                    ? throw new DatasetException(file, 0, "Parameter", $"The line '{name}' is missing.")
                    : table.Number(line, column, low, high);
            }

            var capacity = Value("capacity", 0.1, 1_000);
            batteries[table.Header[column]] = new BatteryDescription(
                new Energy((long)Math.Round(capacity * 1_000)),
                (long)Math.Round(Value("charging power", 0, 1_000) * 1_000),
                (long)Math.Round(Value("discharging power", 0, 1_000) * 1_000),
                new Efficiency((int)Math.Round(Value("charging efficiency", 0.01, 1) * 1_000_000)),
                new Efficiency((int)Math.Round(Value("discharging efficiency", 0.01, 1) * 1_000_000)),
                new Energy((long)Math.Round(capacity * 1_000 * Value("min soc", 0, 0.9))));
        }

        return batteries;
    }
}
