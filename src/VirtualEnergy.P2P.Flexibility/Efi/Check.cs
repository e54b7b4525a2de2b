using System.Runtime.CompilerServices;

namespace VirtualEnergy.P2P.Flexibility.Efi;

/// <summary>Rules that several EFI types keep when they are built.</summary>
internal static class Check
{
    public static TimeSpan NotNegative(TimeSpan value, string name) =>
        value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, "A duration is not negative.");

    public static TimeSpan Positive(TimeSpan value, string name) =>
        value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, "A duration is longer than nothing.");

    public static ValueList<T> NotEmpty<T>(ValueList<T> items, string name) => items.Counting(1, int.MaxValue, name);

    public static ValueList<T> Unique<T, TKey>(ValueList<T> items, Func<T, TKey> key, string name)
    {
        var seen = new HashSet<TKey>();
        foreach (var item in items)
        {
            if (!seen.Add(key(item)))
            {
                throw new ArgumentException($"{key(item)} stands twice.", name);
            }
        }

        return items;
    }

    /// <summary>Ranges in rising order, each with an extent, without gap or overlap.</summary>
    public static ValueList<T> Contiguous<T>(ValueList<T> items, Func<T, FillLevelRange> range, string name)
    {
        for (var i = 1; i < NotEmpty(items, name).Count; i++)
        {
            if (range(items[i - 1]).Upper != range(items[i]).Lower)
            {
                throw new ArgumentException($"Fill levels go from {range(items[i - 1]).Upper} on at {range(items[i]).Lower}.", name);
            }
        }

        return items;
    }

    public static T Require<T>(T value, bool holds, string problem, [CallerArgumentExpression(nameof(value))] string name = "") =>
        holds ? value : throw new ArgumentException(problem, name);
}
