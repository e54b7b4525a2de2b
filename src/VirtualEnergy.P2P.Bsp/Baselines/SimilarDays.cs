using System.Collections.Immutable;
using System.Globalization;
using VirtualEnergy.P2P.Bsp.Profiles;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Bsp.Baselines;

/// <summary>The mean of X of the Y latest similar days: days of the same kind (workday, Saturday, holiday) that count.</summary>
public static class SimilarDays
{
    /// <summary>The baseline of each period of a day before any adjustment, in the order of the day.</summary>
    /// <param name="rule">X, Y, which, and how far back.</param>
    /// <param name="day">The day that the baseline is for.</param>
    /// <param name="known">Only days up to this one are known when the baseline is made: the day before gate closure.</param>
    /// <param name="measured">What the point's meter read.</param>
    /// <returns>The energies, or why there are none.</returns>
    public static (ImmutableArray<Energy> Energies, Objection? Refusal) Of(BaselineRule rule, MarketDay day, MarketDay known, MeasuredDays measured)
    {
        var kind = ItalianHolidays.KindOf(day.Date);
        var latest = measured.Whole()
            .Where(other => other.CompareTo(known) <= 0 && other.CompareTo(day) < 0 && other.CompareTo(day.Before(rule.LookBackDays)) >= 0)
            .Where(other => ItalianHolidays.KindOf(other.Date) == kind)
            .Take(rule.OfDays).ToList();
        if (latest.Count < rule.Days)
        {
            return ([], new("too-few-days", string.Create(
                CultureInfo.InvariantCulture, $"{latest.Count} of the last {rule.LookBackDays} days are similar to {day} and whole; {rule.Days} are needed.")));
        }

        var chosen = Chosen(rule, latest, measured).Select(other => BySlot(other, measured)).ToList();
        return ([.. day.Periods(measured.Grid).Select(period => Mean(MarketDay.SlotOf(period, measured.Grid), chosen))], null);
    }

    /// <summary>Days of equal energy rank by date, the later first.</summary>
    private static IEnumerable<MarketDay> Chosen(BaselineRule rule, List<MarketDay> latest, MeasuredDays measured)
    {
        var ranked = latest.OrderByDescending(day => measured.On(day).Values.Sum(energy => energy.WattHours)).ThenByDescending(day => day);
        var left = latest.Count - rule.Days;
        return ranked.Skip(rule.Selection == DaySelection.Middle ? (left + 1) / 2 : 0).Take(rule.Days);
    }

    /// <summary>The readings of a day by the clock on the wall; where an hour came twice, a slot has two.</summary>
    private static ILookup<int, long> BySlot(MarketDay day, MeasuredDays measured) =>
        measured.On(day).ToLookup(reading => MarketDay.SlotOf(reading.Key, measured.Grid), reading => reading.Value.WattHours);

    /// <summary>The mean of all readings of a slot. A slot that none of the days had, in the hour that March skips, takes the one before.</summary>
    private static Energy Mean(int slot, List<ILookup<int, long>> days)
    {
        for (; slot >= 0; slot--)
        {
            var readings = days.SelectMany(day => day[slot]).ToList();
            if (readings.Count > 0)
            {
                return new Energy(Rounding.HalfUp(readings.Sum(), readings.Count));
            }
        }

        return Energy.Zero;
    }
}
