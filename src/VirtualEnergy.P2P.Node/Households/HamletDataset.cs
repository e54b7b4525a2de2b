using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// Households of HAMLET (TU Munich, tum-ens/HAMLET, MIT licence): a folder with <c>hh_*.csv</c> and, for plants,
/// <c>pv/pv_*_pu.csv</c>. Loads are average W (their documentation says Wh; the yearly sums in the file names tell), plants
/// are parts of the peak power, times are Unix seconds.
/// </summary>
public static class HamletDataset
{
    public static bool Recognises(string folder) => Files(folder, "hh_*.csv").Length > 0;

    /// <param name="folder">The data set's folder.</param>
    /// <param name="homes">How many; more than the folder has are the same households, weeks later. Null takes each once.</param>
    /// <param name="seed">Gives plants, batteries and appliances: see docs/data.md.</param>
    /// <exception cref="DatasetException">A file breaks the layout.</exception>
    public static Community Open(string folder, int? homes, ulong seed)
    {
        var files = Files(folder, "hh_*.csv");
        var wanted = homes ?? files.Length;
        var loads = files.Take(wanted)
            .Select(file => (Name: Path.GetFileNameWithoutExtension(file), Table: Read(file)))
            .Select(entry => (entry.Name, entry.Table, Watts: entry.Table.Watts("electricity", 1)))
            .ToArray();
        var (first, length) = (loads[0].Table.First, loads[0].Table.Length);
        var shapes = Files(Path.Combine(folder, "pv"), "pv_*_pu.csv").Select(Read).ToArray();
        foreach (var table in loads.Select(load => load.Table).Concat(shapes))
        {
            if (table.First != first || table.Length != length)
            {
                throw new DatasetException(table.File, 0, null, $"It covers another span than {loads[0].Table.File}. Cut both to the same.");
            }
        }

        var households = ImmutableArray.CreateBuilder<Household>(wanted);
        for (var i = 0; i < wanted; i++)
        {
            var random = SplitMix64.For(seed, (ulong)i);
            var (name, _, watts) = loads[i % loads.Length];
            var (hasPlant, peak, shape) = (i % 2 == 0, Equipment.PeakWatts(random), random.Between(0, Math.Max(0, shapes.Length - 1)));
            var sun = hasPlant && shapes.Length > 0 ? shapes[shape].Watts("electricity", peak) : (ImmutableArray<long>?)null;
            var battery = Equipment.Battery(random);
            households.Add(Dataset.Household(
                name, i, loads.Length, new HouseholdProfile(first, Dataset.WeeksLater(watts, i / loads.Length), sun),
                i % 4 == 0 || i % 8 == 7 ? battery : null, random));
        }

        return new Community($"HAMLET, {folder}", first, length, households.MoveToImmutable());
    }

    private static string[] Files(string folder, string pattern) =>
        Directory.Exists(folder) ? [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)] : [];

    private static TimeSeriesTable Read(string file) => TimeSeriesTable.Read(file, "timestamp", UnixSeconds, "Unix seconds");

    // The plants' files write 1613343600.0.
    internal static DateTimeOffset? UnixSeconds(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
        && decimal.IsInteger(seconds) && seconds < 253_402_300_800m
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;
}
