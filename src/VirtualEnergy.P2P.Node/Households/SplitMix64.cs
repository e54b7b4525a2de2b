namespace VirtualEnergy.P2P.Node.Households;

/// <summary>
/// A small seeded generator of random numbers, the same on every machine and in every version of .NET: SplitMix64 (Steele,
/// Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). Not for keys.
/// </summary>
public sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator of its own for each part of a whole, so that one more home changes nothing in the others.</summary>
    public static SplitMix64 For(ulong seed, params ReadOnlySpan<ulong> parts)
    {
        var generator = new SplitMix64(seed);
        foreach (var part in parts)
        {
            generator = new SplitMix64(unchecked(generator.Next() + part * 0xD1B54A32D192ED03ul));
        }

        return generator;
    }

    public ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15ul;
            var z = _state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ul;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBul;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + (int)(Next() % (ulong)(high - low + 1));

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1ul << 53));

    /// <summary>True in so many of a hundred cases.</summary>
    public bool Chance(int percent) => Between(0, 99) < percent;
}
