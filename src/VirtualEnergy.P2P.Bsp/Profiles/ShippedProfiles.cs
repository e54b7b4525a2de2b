using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Bsp.Profiles;

/// <summary>The profiles that come with this library.</summary>
public static class ShippedProfiles
{
    /// <summary>Modelled on Italy's MSD as it pays aggregates of points.</summary>
    public const string ItalianMsd = "it-msd";

    /// <summary>Modelled on the European platform for mFRR.</summary>
    public const string EuropeanMfrr = "eu-mfrr";

    public static readonly ImmutableArray<string> Names = [ItalianMsd, EuropeanMfrr];

    /// <summary>The file itself: what a community copies and changes.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such profile.</exception>
    public static ReadOnlyMemory<byte> File(string name)
    {
        using var stream = typeof(ShippedProfiles).Assembly.GetManifestResourceStream($"profiles/{name}.json")
            ?? throw new ArgumentException($"There is no profile {name}; there are {string.Join(", ", Names)}.", nameof(name));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <exception cref="ArgumentException">There is no such profile.</exception>
    public static MarketProfile Get(string name) => ProfileReader.Read(File(name)) is { Profile: { } profile }
        ? profile : throw new InvalidOperationException($"The profile {name} that ships is refused: {ProfileReader.Read(File(name)).Refusal}");
}
