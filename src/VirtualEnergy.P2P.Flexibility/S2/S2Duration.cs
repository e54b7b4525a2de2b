using System.Globalization;
using System.Text.Json.Serialization;
using VirtualEnergy.P2P.Flexibility.S2.Wire;

namespace VirtualEnergy.P2P.Flexibility.S2;

/// <summary>A duration in whole milliseconds, from nothing to <see cref="MostMilliseconds"/>.</summary>
[JsonConverter(typeof(S2DurationConverter))]
public readonly record struct S2Duration : IComparable<S2Duration>
{
    /// <summary>A hundred years of 365.25 days; any longer is a mistake, and could leave the calendar.</summary>
    public const long MostMilliseconds = 3_155_760_000_000;

    /// <exception cref="ArgumentOutOfRangeException">Negative, or beyond <see cref="MostMilliseconds"/>.</exception>
    public S2Duration(long milliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, MostMilliseconds);
        Milliseconds = milliseconds;
    }

    public long Milliseconds { get; }

    public static S2Duration From(TimeSpan time) => new((long)time.TotalMilliseconds);

    public TimeSpan ToTimeSpan() => TimeSpan.FromMilliseconds(Milliseconds);

    public int CompareTo(S2Duration other) => Milliseconds.CompareTo(other.Milliseconds);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds} ms");
}
