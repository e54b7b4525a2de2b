using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Market.Zones;

/// <summary>The stable words for <see cref="Quality"/>, in messages and on screens.</summary>
public static class QualityNames
{
    private static readonly ImmutableArray<(Quality Flag, string Name)> All =
        [(Quality.Green, "green"), (Quality.Local, "local"), (Quality.Partner, "partner")];

    /// <summary>A word for each thing that is known; none for grey energy.</summary>
    public static ImmutableArray<string> Names(this Quality quality) =>
        quality == Quality.None ? [] : [.. All.Where(entry => quality.HasFlag(entry.Flag)).Select(entry => entry.Name)];

    /// <returns>Whether it is one of the words.</returns>
    public static bool TryParse(string name, out Quality quality)
    {
        quality = All.FirstOrDefault(entry => entry.Name == name).Flag;
        return quality != Quality.None;
    }
}
