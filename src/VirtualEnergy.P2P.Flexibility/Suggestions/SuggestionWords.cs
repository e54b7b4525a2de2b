using System.Globalization;
using VirtualEnergy.P2P.Flexibility.Calendar;
using VirtualEnergy.P2P.Market;

namespace VirtualEnergy.P2P.Flexibility.Suggestions;

/// <summary>A suggestion as a sentence, times by the clock on the wall.</summary>
public static class SuggestionWords
{
    public static string Of(StartSuggestion suggestion, Period now, PeriodGrid grid)
    {
        var (device, best) = (suggestion.Device, Time(suggestion.Best, now, grid));
        var waits = suggestion.Best > suggestion.Soonest;
        var saving = string.Create(CultureInfo.InvariantCulture, $"about {suggestion.Saving.MicroEur / 1e6:0.00} € less");
        return (suggestion.Soonest > now, waits) switch
        {
            (false, true) => $"Start the {device} {best} instead of now: {saving}.",
            (false, false) => $"Start the {device} now: waiting saves nothing.",
            (true, true) => $"Once the {device} is loaded, start it {best} instead of {Time(suggestion.Soonest, now, grid)}: {saving}.",
            (true, false) => $"Start the {device} {best}, as soon as it is loaded: waiting saves nothing.",
        };
    }

    private static string Time(Period period, Period now, PeriodGrid grid)
    {
        var (then, today) = (ItalianTime.Local(grid.StartOf(period)), ItalianTime.Local(grid.StartOf(now)));
        var day = (then.Date - today.Date).Days switch { 0 => "", 1 => "tomorrow ", _ => then.ToString("dddd ", CultureInfo.InvariantCulture) };
        return string.Create(CultureInfo.InvariantCulture, $"{day}at {then:HH:mm}");
    }
}
