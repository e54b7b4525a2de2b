namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// Clouds over a community: what part of the clear-sky light comes through. Days differ, clouds come and go within the day,
/// and neighbours see nearly, not quite, the same.
/// </summary>
/// <remarks>
/// Light = 1 − 0.75 · cover^3.4 (F. Kasten and G. Czeplak, "Solar and terrestrial radiation dependent on the amount and type
/// of cloud", Solar Energy 24 (1980) 177). Cover is interpolated between seeded values every 45 minutes.
/// </remarks>
public sealed class Sky(ulong seed)
{
    private const long KnotSeconds = 2_700;

    /// <summary>Part of the clear-sky light, 0.25 to 1.</summary>
    /// <param name="instant">When.</param>
    /// <param name="home">Whose sky: a fifth of the clouds' movement is the home's own.</param>
    public double Light(DateTimeOffset instant, int home)
    {
        var seconds = instant.ToUnixTimeSeconds();
        var (overcast, restless) = Character(seconds / 86_400);
        var passing = 0.8 * Noise(seconds, 0) + 0.2 * Noise(seconds, (ulong)home + 1);
        var cover = Math.Clamp(overcast + restless * (2 * passing - 1), 0, 1);
        return 1 - 0.75 * Math.Pow(cover, 3.4);
    }

    // Half of the days are fair, a third change, the rest are dull: mean cover, and how far it moves.
    private (double Overcast, double Restless) Character(long day)
    {
        var random = SplitMix64.For(seed, 1, (ulong)day);
        return random.Between(0, 5) switch
        {
            <= 2 => (0.15, 0.25),
            <= 4 => (0.55, 0.60),
            _ => (0.90, 0.20),
        };
    }

    private double Noise(long seconds, ulong whose)
    {
        var knot = seconds / KnotSeconds;
        var part = (double)(seconds % KnotSeconds) / KnotSeconds;
        return Knot(knot, whose) * (1 - part) + Knot(knot + 1, whose) * part;
    }

    private double Knot(long knot, ulong whose) => SplitMix64.For(seed, 2, whose, (ulong)knot).Fraction();
}
