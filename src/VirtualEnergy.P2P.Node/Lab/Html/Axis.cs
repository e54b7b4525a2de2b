namespace VirtualEnergy.P2P.Node.Lab.Html;

/// <summary>A linear scale between values and pixels.</summary>
/// <param name="Low">The value at <paramref name="From"/>.</param>
/// <param name="High">The value at <paramref name="To"/>; more than <paramref name="Low"/>.</param>
internal readonly record struct Axis(double Low, double High, double From, double To)
{
    /// <summary>With ends on round numbers around the values, zero among them when asked.</summary>
    public static Axis Around(IEnumerable<double> values, double from, double to, bool withZero)
    {
        var all = values.DefaultIfEmpty(0).ToList();
        var (low, high) = (all.Min(), all.Max());
        (low, high) = withZero ? (Math.Min(0, low), Math.Max(0, high)) : (low, high);
        high = high > low ? high : low + 1;
        var step = Step(low, high, 5);
        return new Axis(Math.Floor(low / step) * step, Math.Ceiling(high / step) * step, from, to);
    }

    public double At(double value) => From + (value - Low) / (High - Low) * (To - From);

    /// <summary>Round numbers, about so many steps apart.</summary>
    public IEnumerable<double> Ticks(int steps = 5)
    {
        var (step, low, high) = (Step(Low, High, steps), Low, High);
        var first = (int)Math.Ceiling(low / step - 1e-9);
        var last = (int)Math.Floor(high / step + 1e-9);
        return Enumerable.Range(first, last - first + 1).Select(i => i * step);
    }

    // 1, 2 or 5 times a power of ten.
    private static double Step(double low, double high, int steps)
    {
        var rough = (high - low) / steps;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var part = rough / power;
        return power * (part <= 1.0001 ? 1 : part <= 2.0001 ? 2 : part <= 5.0001 ? 5 : 10);
    }
}
