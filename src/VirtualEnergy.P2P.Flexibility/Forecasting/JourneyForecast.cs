using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Forecasting;

/// <summary>
/// The journeys that a car is expected to make, by what it did on days like these: cautious, as a car that waits full costs little and one that leaves empty costs the journey.
/// </summary>
/// <remarks>
/// A day is like those of the same weekday, where three were seen, else like the working days or the other days. It has a journey where every third of them had one: from the
/// departure that a fifth came before to the return that a fifth came after, with the energy that a fifth took more than; of five days and fewer the extremes. Days are local.
/// </remarks>
public static class JourneyForecast
{
    /// <summary>Days before today that are learned from, eight weeks.</summary>
    public const int MostDays = 56;

    /// <summary>As far as plans look, and a day more.</summary>
    private const int DaysAhead = 6;

    /// <summary>Before a week was seen nobody knows the car: it is to be ready at seven each morning.</summary>
    private const int LeastDays = 7;

    private const int LeastAlike = 3;
    private const int ColdStartSeconds = 7 * 3_600;

    /// <param name="past">Journeys that are over, in order.</param>
    /// <param name="watched">Local days before today on which it was seen whether the car is there, as day numbers.</param>
    /// <param name="now">The car is at home in it.</param>
    /// <param name="usual">What a journey takes of which nothing is known, Wh.</param>
    /// <returns>In order, none before the one before is over.</returns>
    public static ImmutableArray<Journey> Expected(ImmutableArray<Journey> past, IEnumerable<int> watched, Period now, PeriodGrid grid, Energy usual)
    {
        var today = DayOf(now, grid);
        var days = watched.Where(day => day < today && day >= today - MostDays).Distinct().ToDictionary(day => day, _ => (DayOut?)null);
        foreach (var journeys in past.GroupBy(journey => DayOf(journey.Leaves, grid)).Where(day => days.ContainsKey(day.Key)))
        {
            days[journeys.Key] = new DayOut(
                journeys.Min(journey => SecondsInto(journeys.Key, journey.Leaves, grid)), journeys.Max(journey => SecondsInto(journeys.Key, journey.Back, grid)),
                journeys.Aggregate(Energy.Zero, (sum, journey) => sum + journey.Energy));
        }

        var hasLeft = past.Any(journey => DayOf(journey.Leaves, grid) == today);
        var expected = ImmutableArray.CreateBuilder<Journey>();
        for (var day = today; day <= today + DaysAhead; day++)
        {
            var likely = Alike(days, day) is { } alike ? Usual(alike) : new DayOut(ColdStartSeconds, ColdStartSeconds + grid.LengthSeconds, usual);
            if (likely is { } one && !(day == today && hasLeft) && Later(one, day, now, grid) is { } journey
                && (expected.Count == 0 || journey.Leaves >= expected[^1].Back))
            {
                expected.Add(journey);
            }
        }

        return expected.DrainToImmutable();
    }

    /// <summary>The local day in which a period begins, as <see cref="DateOnly.DayNumber"/>.</summary>
    public static int DayOf(Period period, PeriodGrid grid) => DateOnly.FromDateTime(ItalianTime.Local(grid.StartOf(period))).DayNumber;

    private static List<DayOut?>? Alike(Dictionary<int, DayOut?> days, int day)
    {
        if (days.Count < LeastDays)
        {
            return null;
        }

        var same = days.Where(known => known.Key % 7 == day % 7).Select(known => known.Value).ToList();
        return same.Count >= LeastAlike ? same : [.. days.Where(known => IsFree(known.Key) == IsFree(day)).Select(known => known.Value)];
    }

    private static DayOut? Usual(List<DayOut?> alike)
    {
        var known = alike.OfType<DayOut>().ToList();
        return known.Count == 0 || known.Count * 3 < alike.Count ? null : new DayOut(
            Low(known.Select(day => day.Leaves)), High(known.Select(day => day.Back)), new Energy(High(known.Select(day => day.Energy.WattHours))));
    }

    // A car that should have left may still: it is kept ready for as long as it would be away.
    private static Journey? Later(DayOut day, int number, Period now, PeriodGrid grid)
    {
        var midnight = ItalianTime.Midnight(DateOnly.FromDayNumber(number));
        var (leaves, back) = (grid.At(midnight.AddSeconds(day.Leaves)), grid.At(midnight.AddSeconds(day.Back)));
        leaves = leaves > now ? leaves : now.Next;
        return leaves < back ? new Journey(leaves, back, day.Energy) : null;
    }

    // 1 January of the year 1, day 0, was a Monday.
    private static bool IsFree(int day) => day % 7 is 5 or 6;

    private static long SecondsInto(int day, Period period, PeriodGrid grid) => (long)(grid.StartOf(period) - ItalianTime.Midnight(DateOnly.FromDayNumber(day))).TotalSeconds;

    private static long Low(IEnumerable<long> values) => values.Order().ToList() is var sorted ? sorted[(sorted.Count - 1) / 5] : 0;

    private static long High(IEnumerable<long> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count - 1 - (sorted.Count - 1) / 5] : 0;

    /// <param name="Leaves">Seconds after local midnight.</param>
    /// <param name="Back">The same; beyond a day where it stayed away over night.</param>
    private readonly record struct DayOut(long Leaves, long Back, Energy Energy);
}
