using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Households;

/// <summary>Opens a folder of household data, whichever of the known layouts it has. docs/data.md describes them.</summary>
public static class Dataset
{
    /// <summary>Most homes that one community is opened with.</summary>
    public const int MostHomes = 10_000;

    private const int PeriodsAWeek = 7 * 96;

    /// <param name="path">The folder.</param>
    /// <param name="homes">How many homes; null takes every household of the folder once.</param>
    /// <param name="seed">For everything that a layout leaves open.</param>
    /// <exception cref="DatasetException">No known layout, or a file that breaks it.</exception>
    public static Community Open(string path, int? homes, ulong seed)
    {
        if (homes is < 1 or > MostHomes)
        {
            throw new DatasetException(path, 0, null, $"{homes} homes are asked for; 1 to {MostHomes} are possible.");
        }

        if (!Directory.Exists(path))
        {
            throw new DatasetException(path, 0, null, "There is no such folder.");
        }

        try
        {
            return HamletDataset.Recognises(path) ? HamletDataset.Open(path, homes, seed)
                : RebaseDataset.Recognises(path) ? RebaseDataset.Open(path, homes, seed)
                : OwnCsvDataset.Recognises(path) ? OwnCsvDataset.Open(path, homes)
                : throw new DatasetException(path, 0, null,
                    "No known data set: expected hh_*.csv (HAMLET), load.csv with a Datetime column (rebase.energy) or with a time column (your own, see docs/data.md).");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, 0, null, $"The folder cannot be read: {exception.Message}");
        }
    }

    /// <summary>The same household so many weeks later: the span turned round by whole weeks, if it is longer than one.</summary>
    internal static ImmutableArray<long> WeeksLater(ImmutableArray<long> watts, int weeks)
    {
        var weeksCovered = Math.Max(1, watts.Length / PeriodsAWeek);
        var shift = weeks % weeksCovered * PeriodsAWeek;
        return shift == 0 ? watts : [.. watts.AsSpan()[shift..], .. watts.AsSpan()[..shift]];
    }

    /// <summary>A household of a measured data set: ten to a low-voltage zone, appliances by seed.</summary>
    internal static Household Household(
        string name, int index, int distinct, HouseholdProfile profile, BatteryDescription? battery, SplitMix64 random)
    {
        var appliances = index % 3 == 1 ? Equipment.Appliances(random, profile.First, profile.Length) : [];
        return new Household(
            index < distinct ? name : $"{name}+{index / distinct}", ZoneOf(index),
            Households.Household.SmallestConnection(profile, appliances), profile, battery, appliances);
    }

    internal static ZoneId ZoneOf(int index) => new($"LV-{1 + index / 10}");
}
