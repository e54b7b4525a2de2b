using System.Globalization;

namespace VirtualEnergy.P2P.Market;

/// <summary>One trading period, numbered from the Unix epoch: index = unix seconds / length, in UTC.</summary>
/// <remarks>
/// The number alone is what bids, trades and the chain carry; only a <see cref="PeriodGrid"/> knows how long a period lasts.
/// </remarks>
public readonly record struct Period(long Index) : IComparable<Period>
{
    public Period Next => new(checked(Index + 1));

    public Period Previous => new(checked(Index - 1));

    public int CompareTo(Period other) => Index.CompareTo(other.Index);

    public static bool operator <(Period a, Period b) => a.Index < b.Index;

    public static bool operator >(Period a, Period b) => a.Index > b.Index;

    public static bool operator <=(Period a, Period b) => a.Index <= b.Index;

    public static bool operator >=(Period a, Period b) => a.Index >= b.Index;

    public override string ToString() => Index.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Maps instants to periods: 900 s by default (the European imbalance settlement period), or 300, 1800, 3600.</summary>
public sealed record PeriodGrid
{
    public static readonly PeriodGrid QuarterHour = new(900);

    public PeriodGrid(int lengthSeconds)
    {
        if (lengthSeconds is not (300 or 900 or 1800 or 3600))
        {
            throw new ArgumentOutOfRangeException(nameof(lengthSeconds), lengthSeconds, "A period lasts 300, 900, 1800 or 3600 s.");
        }

        LengthSeconds = lengthSeconds;
    }

    public int LengthSeconds { get; }

    public Period At(DateTimeOffset instant)
    {
        var seconds = instant.ToUnixTimeSeconds();
        return new Period(seconds >= 0 ? seconds / LengthSeconds : (seconds - LengthSeconds + 1) / LengthSeconds);
    }

    public DateTimeOffset StartOf(Period period) => DateTimeOffset.FromUnixTimeSeconds(checked(period.Index * LengthSeconds));

    public DateTimeOffset EndOf(Period period) => StartOf(period.Next);

    /// <summary>Energy of a constant power over one period, in Wh, rounded half away from zero.</summary>
    /// <param name="watts">Power in W; + consumption, − production.</param>
    public Energy EnergyOf(long watts)
    {
        var wattSeconds = checked(watts * LengthSeconds);
        return new Energy((wattSeconds + (wattSeconds >= 0 ? 1800 : -1800)) / 3600);
    }
}
