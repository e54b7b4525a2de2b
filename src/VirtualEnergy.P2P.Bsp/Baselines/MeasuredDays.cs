using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>What a point's meter read, period by period, and on which days it was moved by orders.</summary>
/// <remarks>A day counts for a baseline only if all its periods were read and no order moved it.</remarks>
public sealed class MeasuredDays(PeriodGrid grid)
{
    private readonly SortedDictionary<MarketDay, SortedDictionary<Period, Energy>> _days = [];
    private readonly HashSet<MarketDay> _ordered = [];

    public PeriodGrid Grid => grid;

    /// <param name="period">The period.</param>
    /// <param name="energy">What was read, + consumption. A second reading of a period replaces the first.</param>
    public void Add(Period period, Energy energy)
    {
        var day = MarketDay.Of(period, grid);
        if (!_days.TryGetValue(day, out var readings))
        {
            _days[day] = readings = [];
        }

        readings[period] = energy;
    }

    /// <summary>On this day an order moved the point; it says nothing about what the point does by itself.</summary>
    public void MarkOrdered(MarketDay day) => _ordered.Add(day);

    public Energy? At(Period period) =>
        _days.TryGetValue(MarketDay.Of(period, grid), out var readings) && readings.TryGetValue(period, out var energy) ? energy : null;

    /// <summary>The days that count, latest first.</summary>
    public IEnumerable<MarketDay> Whole() => _days.Reverse()
        .Where(day => day.Value.Count == day.Key.Count(grid) && !_ordered.Contains(day.Key)).Select(day => day.Key);

    public IReadOnlyDictionary<Period, Energy> On(MarketDay day) => _days[day];

    /// <summary>Days before this one are never asked for again.</summary>
    public void Forget(MarketDay before)
    {
        foreach (var day in _days.Keys.Where(day => day.CompareTo(before) < 0).ToList())
        {
            _days.Remove(day);
            _ordered.Remove(day);
        }
    }
}
