using System.Text.Json;
using VirtualEnergy.P2P.BspGateway.OpenAdr.Shapes;

namespace VirtualEnergy.P2P.BspGateway.OpenAdr.Flexibility;

/// <summary>
/// When intervals of an event or a report begin and end (OpenADR 3.1 User Guide): one with a period of its own by that, another
/// after the one before it, as long as the default period says.
/// </summary>
/// <param name="End">When the last one is over; null where nothing says so.</param>
internal sealed record EventTimes(IReadOnlyList<(JsonElement Interval, DateTimeOffset Start, TimeSpan Length)> Intervals, DateTimeOffset? End)
{
    /// <summary>The times of an event, or of one resource in a report.</summary>
    public static EventTimes Of(VtnObject thing) => Of(thing.Body);

    public static EventTimes Of(JsonElement body)
    {
        var (start, length) = Period(body);
        var placed = new List<(JsonElement, DateTimeOffset, TimeSpan)>();
        var next = start;
        if (body.TryGetProperty("intervals", out var intervals))
        {
            foreach (var interval in intervals.EnumerateArray())
            {
                var (ownStart, ownLength) = Period(interval);
                if ((ownStart ?? next) is not { } from || (ownLength ?? length) is not { } lasts || from > DateTimeOffset.MaxValue - lasts)
                {
                    return new EventTimes(placed, null);
                }

                placed.Add((interval, from, lasts));
                next = from + lasts;
            }
        }

        DateTimeOffset? end = Duration(body, "duration") is { } whole && start is { } begin && begin <= DateTimeOffset.MaxValue - whole ? begin + whole
            : placed.Count > 0 ? placed.Max(interval => interval.Item2 + interval.Item3)
            : null;
        return new EventTimes(placed, end);
    }

    private static (DateTimeOffset? Start, TimeSpan? Length) Period(JsonElement body) =>
        body.TryGetProperty("intervalPeriod", out var period)
            ? (period.TryGetProperty("start", out var start) && OpenAdrFormats.TryInstant(start.GetString()!, out var instant) ? instant : null, Duration(period, "duration"))
            : (null, null);

    private static TimeSpan? Duration(JsonElement body, string field) =>
        body.TryGetProperty(field, out var text) && OpenAdrFormats.TryDuration(text.GetString()!, out var duration) ? duration : null;
}
