using System.Collections.Immutable;

namespace VirtualEnergy.P2P.Node.Drivers.Recognition;

/// <summary>One run of whatever hangs on a plug: average W of each minute from its first minute on to its last.</summary>
public sealed record ApplianceRunTrace(ImmutableArray<long> Watts)
{
    public int Minutes => Watts.Length;

    public long Peak => Watts.Max();

    /// <summary>W of the middle one of its minutes: what a short surge does not move.</summary>
    public long Median => Watts.Order().ElementAt(Watts.Length / 2);

    /// <summary>Minutes at or above a power.</summary>
    public int MinutesFrom(long watts) => Watts.Count(minute => minute >= watts);

    /// <summary>How often the power comes up to a level from below, pauses up to a length not counted.</summary>
    public int Rises(long watts, int shortestPause)
    {
        var (rises, below) = (0, shortestPause);
        foreach (var minute in Watts)
        {
            if (minute >= watts)
            {
                rises += below >= shortestPause ? 1 : 0;
                below = 0;
            }
            else
            {
                below++;
            }
        }

        return rises;
    }
}

/// <summary>
/// Cuts what a plug's meter says into runs: a run begins when the power leaves standby and ends after a quiet while. Not safe for concurrent use.
/// </summary>
public sealed class RunRecorder
{
    /// <summary>At and above this something runs; chargers and displays draw less.</summary>
    public const long RunningFrom = 10;

    /// <summary>Washing machines soak and dishwashers dry: so long a silence is still the same run.</summary>
    public const int QuietMinutes = 12;

    // A day: what runs longer, as a router, has no runs.
    private const int LongestRun = 1_440;

    private readonly List<long> _minutes = [];
    private DateTimeOffset? _minute;
    private long _last;
    private long _sum;
    private int _count;
    private int _quiet;

    /// <summary>Takes a reading.</summary>
    /// <param name="at">Not before the last one.</param>
    /// <param name="watts">W; less than nothing counts as nothing.</param>
    /// <returns>The run that this reading shows to be over; null as a rule.</returns>
    public ApplianceRunTrace? Add(DateTimeOffset at, long watts)
    {
        var minute = new DateTimeOffset(at.Ticks - at.Ticks % TimeSpan.TicksPerMinute, at.Offset);
        ApplianceRunTrace? over = null;
        if (_minute is { } last && minute > last)
        {
            // A plug that says nothing as long as nothing changes has not changed.
            over = Close(_sum / _count);
            for (var passed = Math.Min((long)(minute - last).TotalMinutes, LongestRun) - 1; passed > 0; passed--)
            {
                over = Close(_last) ?? over;
            }

            (_sum, _count) = (0, 0);
        }

        _minute = minute;
        _last = Math.Clamp(watts, 0, DeviceBook.MostWatts);
        _sum += _last;
        _count++;
        return over;
    }

    private ApplianceRunTrace? Close(long mean)
    {
        if (mean >= RunningFrom)
        {
            _quiet = 0;
            if (_minutes.Count < LongestRun)
            {
                _minutes.Add(mean);
            }

            return null;
        }

        if (_minutes.Count == 0 || ++_quiet <= QuietMinutes)
        {
            if (_minutes.Count > 0)
            {
                _minutes.Add(mean);
            }

            return null;
        }

        var run = new ApplianceRunTrace([.. _minutes.Take(_minutes.Count - QuietMinutes)]);
        _minutes.Clear();
        _quiet = 0;
        return run.Minutes is > 0 and < LongestRun ? run : null;
    }
}
