namespace VirtualEnergy.P2P.Node.Drivers.Recognition;

/// <summary>What hangs on a plug, as far as its load tells.</summary>
public enum ApplianceKind
{
    Unknown,
    Refrigerator,
    WashingMachine,
    Dishwasher,
    Dryer,
    WaterHeater,
    Kettle,
}

/// <summary>
/// Tells appliances by one run of theirs: a short list of questions, each about something that the machine must do. A compressor draws 40 to 300 W
/// for a while and nothing else. A kettle is done in minutes. A water heater is one power from begin to end. A dryer heats nearly all the time. A
/// dishwasher heats twice, with circulation between; a washing machine heats in its first part, and then turns a drum.
/// </summary>
/// <remarks>What answers no question clearly stays unknown: a wrong name is worse than none. docs/devices.md has how often it is right, and on what.</remarks>
public static class ApplianceRecognition
{
    // Heating elements of appliances for 230 V begin at about a kilowatt; motors and pumps end far below.
    private const long Heating = 1_000;
    private const int ShortestPause = 3;

    public static ApplianceKind Recognise(ApplianceRunTrace run)
    {
        var heating = run.MinutesFrom(Heating);
        if (heating == 0)
        {
            return run is { Median: >= 40 and <= 250, Minutes: >= 5 and <= 120 } && IsSteady(run) ? ApplianceKind.Refrigerator
                : run is { Peak: >= 500, Minutes: >= 40 and <= 240 } && run.MinutesFrom(run.Peak / 2) * 10 >= run.Minutes * 8 ? ApplianceKind.Dryer
                : ApplianceKind.Unknown;
        }

        if (run.Minutes <= 8)
        {
            return run.Peak >= 1_200 && heating * 2 >= run.Minutes ? ApplianceKind.Kettle : ApplianceKind.Unknown;
        }

        if (IsSteady(run))
        {
            return run.Minutes <= 300 ? ApplianceKind.WaterHeater : ApplianceKind.Unknown;
        }

        if (run.Minutes is < 25 or > 300)
        {
            return ApplianceKind.Unknown;
        }

        if (heating * 10 >= run.Minutes * 6)
        {
            return ApplianceKind.Dryer;
        }

        // Where the heating stands in the run: a dishwasher heats once or twice more for its rinses, its pump running in between; a washing machine does not.
        var late = LastMinuteFrom(run, Heating) * 10 >= run.Minutes * 6;
        var pumps = run.MinutesFrom(RunRecorder.RunningFrom) * 10 >= run.Minutes * 9;
        return late && pumps && run.Rises(Heating, ShortestPause) is (2 or 3) ? ApplianceKind.Dishwasher
            : !late ? ApplianceKind.WashingMachine
            : ApplianceKind.Unknown;
    }

    // One power from begin to end, but for the first and last minute: those are not whole ones, and a compressor starts with a surge.
    private static bool IsSteady(ApplianceRunTrace run) => run.MinutesFrom(run.Median * 7 / 10) >= run.Minutes - 2 && run.MinutesFrom(run.Median * 13 / 10) <= 2;

    private static int LastMinuteFrom(ApplianceRunTrace run, long watts)
    {
        for (var minute = run.Minutes - 1; minute >= 0; minute--)
        {
            if (run.Watts[minute] >= watts)
            {
                return minute;
            }
        }

        return -1;
    }
}

/// <summary>What the runs of one plug say together: the kind that most of the last ones were.</summary>
public sealed class RecognisedPlug
{
    private const int Kept = 9;

    // One run may be anything: two that agree are a hint.
    private const int Needed = 2;

    private readonly RunRecorder _recorder = new();
    private readonly Queue<ApplianceKind> _runs = new();

    /// <summary>Unknown until enough runs agree.</summary>
    public ApplianceKind LooksLike { get; private set; }

    /// <summary>Takes a reading, W.</summary>
    public void Add(DateTimeOffset at, long watts)
    {
        if (_recorder.Add(at, watts) is not { } run)
        {
            return;
        }

        _runs.Enqueue(ApplianceRecognition.Recognise(run));
        if (_runs.Count > Kept)
        {
            _runs.Dequeue();
        }

        var (kind, count) = _runs.GroupBy(one => one).Select(group => (group.Key, group.Count())).MaxBy(group => group.Item2);
        LooksLike = count >= Needed && count * 2 > _runs.Count ? kind : ApplianceKind.Unknown;
    }
}
