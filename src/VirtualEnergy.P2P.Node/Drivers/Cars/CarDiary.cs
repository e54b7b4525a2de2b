using System.Collections.Immutable;
using VirtualEnergy.P2P.Flexibility.Devices.Stores;
using VirtualEnergy.P2P.Flexibility.Forecasting;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Node.Drivers.Cars;

/// <summary>When a real car was away and what it took, as far as it was seen. Not safe for concurrent use.</summary>
/// <param name="grid">Length of a period.</param>
public sealed class CarDiary(PeriodGrid grid)
{
    /// <summary>Eight weeks of eight journeys a day; the oldest are forgotten.</summary>
    public const int MostJourneys = 8 * JourneyForecast.MostDays;

    /// <summary>A cable that is out for less, and nothing is missing: no journey.</summary>
    private const int LeastPeriods = 2;

    private static readonly Energy LeastEnergy = new(500);

    /// <summary>Who has not looked for longer does not know whether the car was away.</summary>
    private const int LongestGapSeconds = 3_600;

    private readonly List<Journey> _journeys = [];
    private readonly SortedSet<int> _days = [];
    private Period? _seen;
    private Energy _fill;
    private (Period At, Energy Fill)? _left;

    /// <summary>Journeys that are over, in order.</summary>
    public ImmutableArray<Journey> Journeys => [.. _journeys];

    /// <summary>Local days on which it was looked at, as day numbers, in order.</summary>
    public ImmutableArray<int> Days => [.. _days];

    /// <summary>The journey that is under way: from when on, and what was in it; null where it is at home.</summary>
    public (Period At, Energy Fill)? Left => _left;

    /// <summary>A diary as it was kept.</summary>
    public static CarDiary Of(PeriodGrid grid, IEnumerable<Journey> journeys, IEnumerable<int> days, (Period At, Energy Fill)? left)
    {
        var diary = new CarDiary(grid) { _left = left, _seen = left?.At };
        diary._journeys.AddRange(journeys);
        diary._days.UnionWith(days);
        return diary;
    }

    /// <summary>The car is looked at. What is before the last look changes nothing.</summary>
    /// <param name="fill">What is in it, Wh; null where it does not say.</param>
    /// <returns>Whether there is something new to keep.</returns>
    public bool Look(Period now, bool isHere, Energy? fill)
    {
        if (_seen is { } seen && now < seen)
        {
            return false;
        }

        if (_left is null && (now.Index - _seen?.Index) * grid.LengthSeconds > LongestGapSeconds)
        {
            _seen = null;
        }

        var isNews = Watch(JourneyForecast.DayOf(now, grid));
        if (isHere)
        {
            _fill = fill ?? _fill;
            isNews |= Return(now, _fill);
            _left = null;
        }
        else if (_left is null && _seen is not null)
        {
            _left = (now, _fill);
            isNews = true;
        }

        _seen = isHere || _left is not null ? now : null;
        return isNews;
    }

    private bool Watch(int day)
    {
        var isNew = _days.Add(day);
        while (_days.Count > JourneyForecast.MostDays + 1)
        {
            _days.Remove(_days.Min);
        }

        return isNew;
    }

    private bool Return(Period now, Energy fill)
    {
        if (_left is not { } left)
        {
            return false;
        }

        var taken = Energy.Max(Energy.Zero, left.Fill - fill);
        if (now > left.At && (now.Index - left.At.Index >= LeastPeriods || taken >= LeastEnergy))
        {
            _journeys.Add(new Journey(left.At, now, taken));
            _journeys.RemoveRange(0, Math.Max(0, _journeys.Count - MostJourneys));
        }

        return true;
    }
}
