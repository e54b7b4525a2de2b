using System.Collections.Immutable;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility;

/// <summary>Average power per period over a span, W ≥ 0; the device that owns the profile gives the direction.</summary>
/// <remarks>Outside the span the same time of day of the nearest day inside counts, as in <see cref="SupplierTariff"/>.</remarks>
public sealed class PowerProfile
{
    /// <summary>No home's device draws more: a number above it is a wrong unit. 10 MW.</summary>
    public const long MostWatts = 10_000_000;

    /// <param name="first">The period of the first entry.</param>
    /// <param name="watts">W per period, each 0 to <see cref="MostWatts"/>, at least one; a single entry is constant power.</param>
    /// <param name="grid">Length of a period; a quarter of an hour unless told.</param>
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
        Grid = grid ?? PeriodGrid.QuarterHour;
    }

    public static PowerProfile Constant(long watts) => new(default, [watts]);

    /// <summary>Length of a period.</summary>
    public PeriodGrid Grid { get; }

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

        var span = Math.Min(Watts.Length, 86_400 / Grid.LengthSeconds);
        var start = index < 0 ? 0 : Watts.Length - span;
        return Watts[start + (int)(((index - start) % span + span) % span)];
    }

    /// <summary>The same power by periods of another length: shorter ones have that of the period in which they lie, longer ones the mean of those that they consist of.</summary>
    public PowerProfile On(PeriodGrid grid)
    {
        if (grid == Grid)
        {
            return this;
        }

        if (Watts.Length == 1)
        {
            return new PowerProfile(grid.At(Grid.StartOf(First)), Watts, grid);
        }

        var (first, end) = (grid.At(Grid.StartOf(First)), grid.At(Grid.StartOf(new Period(First.Index + Watts.Length)).AddTicks(-1)));
        var watts = ImmutableArray.CreateBuilder<long>();
        for (var period = first; period <= end; period = period.Next)
        {
            var (from, to) = (Grid.At(grid.StartOf(period)), Grid.At(grid.StartOf(period.Next).AddTicks(-1)));
            var sum = 0L;
            for (var part = from; part <= to; part = part.Next)
            {
                sum += At(part);
            }

            var parts = to.Index - from.Index + 1;
            watts.Add((sum + parts / 2) / parts);
        }

        return new PowerProfile(first, watts.DrainToImmutable(), grid);
    }
}
