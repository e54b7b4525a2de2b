using VirtualEnergy.P2P.Flexibility.S2.Messages;

namespace VirtualEnergy.P2P.Flexibility.S2.Content;

/// <summary>Rules that hold in messages of several control types. Each yields what is wrong.</summary>
internal static class Rules
{
    public static IEnumerable<string> Unique<T>(IEnumerable<T> names, string what)
        where T : notnull
    {
        var seen = new HashSet<T>();
        foreach (var name in names)
        {
            if (!seen.Add(name))
            {
                yield return $"{what} {name} stands twice";
            }
        }
    }

    public static IEnumerable<string> Factor(FiniteNumber factor)
    {
        if (factor.Value is not (>= 0 and <= 1))
        {
            yield return $"operation_mode_factor {factor} is not within 0 to 1";
        }
    }

    /// <summary>Neither end may be outside, and the start may not be above the end.</summary>
    public static IEnumerable<string> Ordered(NumberRange range, string what)
    {
        if (range.StartOfRange > range.EndOfRange)
        {
            yield return $"{what}: starts at {range.StartOfRange}, above its end {range.EndOfRange}";
        }
    }

    /// <summary>Ranges that each have an extent and together leave no gap and no overlap, in whatever order they stand.</summary>
    public static IEnumerable<string> Contiguous(IEnumerable<NumberRange> ranges, string what)
    {
        var sorted = ranges.OrderBy(range => range.StartOfRange).ToList();
        foreach (var range in sorted.Where(range => range.StartOfRange >= range.EndOfRange))
        {
            yield return $"{what}: fill_level_range {range.StartOfRange} to {range.EndOfRange} has no extent";
        }

        foreach (var (lower, upper) in sorted.Zip(sorted.Skip(1)))
        {
            if (lower.EndOfRange != upper.StartOfRange)
            {
                yield return $"{what}: fill_level_range ends at {lower.EndOfRange} and goes on at {upper.StartOfRange}";
            }
        }
    }

    public static IEnumerable<string> Lasts(S2Duration duration, string what)
    {
        if (duration.Milliseconds == 0)
        {
            yield return $"{what}: an element of no duration";
        }
    }

    /// <summary>
    /// Each wider band contains the narrower one. Either end may be called the upper: the standard's own example counts production upwards.
    /// </summary>
    public static IEnumerable<string> Bands(string what, double expected, params (FiniteNumber? One, FiniteNumber? Other)[] narrowToWide)
    {
        var (low, high) = (expected, expected);
        foreach (var (one, other) in narrowToWide)
        {
            // A missing end bounds nothing.
            var least = Math.Min(one?.Value ?? low, other?.Value ?? high);
            var most = Math.Max(one?.Value ?? low, other?.Value ?? high);
            if (least > low || most < high)
            {
                yield return $"{what}: a band from {least} to {most} does not contain {low} to {high}";
                yield break;
            }

            (low, high) = (least, most);
        }
    }

    public static IEnumerable<string> Powers(IEnumerable<PowerForecastValue> values, string what) =>
        Unique(values.Select(value => value.CommodityQuantity), $"{what}: quantity").Concat(values.SelectMany(value => Bands(
            what,
            value.ValueExpected,
            (value.ValueLower68, value.ValueUpper68),
            (value.ValueLower95, value.ValueUpper95),
            (value.ValueLowerLimit, value.ValueUpperLimit))));

    public static IEnumerable<string> PowerRanges(IEnumerable<PowerRange> ranges, string what) =>
        Unique(ranges.Select(range => range.CommodityQuantity), $"{what}: quantity");

    public static IEnumerable<string> Span(DateTimeOffset from, DateTimeOffset until, string what)
    {
        if (until <= from)
        {
            yield return $"{what}: ends at {until:O}, not after its start {from:O}";
        }
    }
}
