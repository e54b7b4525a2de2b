using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>Average power per period over a span, W ≥ 0; the device that owns the profile gives the direction.</summary>
/// <remarks>Outside the span the same time of day of the nearest day inside counts, as in <see cref="SupplierTariff"/>.</remarks>
public sealed class PowerProfile
{
    /// <summary>No home's device draws more: a number above it is a wrong unit. 10 MW.</summary>
    public const long MostWatts = 10_000_000;

    private readonly int _periodsADay;

    /// <param name="first">The period of the first entry.</param>
    /// <param name="watts">W per period, each 0 to <see cref="MostWatts"/>, at least one; a single entry is constant power.</param>
    /// <param name="grid">Gives the length of a day; a quarter of an hour a period unless told.</param>
    /// <exception cref="ArgumentException">No entries, or one out of range.</exception>
    public PowerProfile(Period first, ImmutableArray<long> watts, PeriodGrid? grid = null)
    {
        if (watts.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A power profile needs at least one entry.", nameof(watts));
        }

        for (var i = 0; i < watts.Length; i++)
        {
            if (watts[i] is < 0 or > MostWatts)
            {
                throw new ArgumentException($"Entry {i} is {watts[i]} W; 0 to {MostWatts} W are possible.", nameof(watts));
            }
        }

        First = first;
        Watts = watts;
        Peak = watts.Max();
        _periodsADay = 86_400 / (grid ?? PeriodGrid.QuarterHour).LengthSeconds;
    }

    public static PowerProfile Constant(long watts) => new(default, [watts]);

    public Period First { get; }

    public ImmutableArray<long> Watts { get; }

    /// <summary>Highest entry, W.</summary>
    public long Peak { get; }

    /// <summary>W in the period.</summary>
    public long At(Period period)
    {
        var index = period.Index - First.Index;
        if (index >= 0 && index < Watts.Length)
        {
            return Watts[(int)index];
        }

        var span = Math.Min(Watts.Length, _periodsADay);
        var start = index < 0 ? 0 : Watts.Length - span;
        return Watts[start + (int)(((index - start) % span + span) % span)];
    }
}
