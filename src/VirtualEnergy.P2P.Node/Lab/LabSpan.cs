using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;
using VirtualEnergy.P2P.Node.Households;

namespace VirtualEnergy.P2P.Node.Lab;

/// <summary>The periods of a replay: whole local days, as far as the community's profiles cover them.</summary>
/// <param name="From">First local day.</param>
/// <param name="To">Last local day, included.</param>
/// <param name="First">First period.</param>
/// <param name="Length">Number of periods, at least one.</param>
public sealed record LabSpan(DateOnly From, DateOnly To, Period First, int Length)
{
    /// <summary>Number of local days.</summary>
    public int Days => To.DayNumber - From.DayNumber + 1;

    public IEnumerable<Period> Periods => Enumerable.Range(0, Length).Select(i => new Period(First.Index + i));

    /// <param name="community">Its profiles set the bounds.</param>
    /// <param name="from">First day; null takes the first of the profiles.</param>
    /// <param name="to">Last day; null takes the last of the profiles.</param>
    /// <exception cref="UserErrorException">The days are in the wrong order, or not all of them are in the data.</exception>
    public static LabSpan Of(Community community, DateOnly? from, DateOnly? to)
    {
        var end = new Period(community.First.Index + community.Length);
        var (firstDay, lastDay) = (DayOf(community.First), DayOf(end.Previous));
        var (start, last) = (from ?? firstDay, to ?? lastDay);
        foreach (var (option, day) in new[] { ("--from", start), ("--to", last) })
        {
            if (day < firstDay || day > lastDay)
            {
                throw new UserErrorException($"{option} {day:yyyy-MM-dd}: {community.Source} covers {firstDay:yyyy-MM-dd} to {lastDay:yyyy-MM-dd}; name days of that span.");
            }
        }

        if (last < start)
        {
            throw new UserErrorException($"--to {last:yyyy-MM-dd} is before --from {start:yyyy-MM-dd}; the last day is the one that is replayed last.");
        }

        // The first and the last day of measured data may be cut off by an hour, where its clock is not the local one.
        var first = Max(community.First, PeriodGrid.QuarterHour.At(ItalianTime.Midnight(start)));
        var after = PeriodGrid.QuarterHour.At(ItalianTime.Midnight(last.AddDays(1)));
        return new LabSpan(start, last, first, (int)((after < end ? after : end).Index - first.Index));
    }

    /// <summary>The local day that a period begins in.</summary>
    public static DateOnly DayOf(Period period) => LocalDays.Of(period);

    /// <summary>A period's start as a clock on the wall shows it.</summary>
    public static DateTime LocalStart(Period period) => LocalDays.Start(period);

    private static Period Max(Period a, Period b) => a > b ? a : b;
}
