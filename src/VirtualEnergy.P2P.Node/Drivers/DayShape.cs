namespace VirtualEnergy.P2P.Node.Drivers;

/// <summary>
/// What a device draws at each quarter of an hour of the day, as far as it was heard: a running mean that forgets slowly. It stands in for a
/// meter that is silent. Not safe for concurrent use.
/// </summary>
public sealed class DayShape
{
    private const int Slots = 96;

    // A reading counts a sixteenth: at one a minute a slot follows within a quarter of an hour, and a single spike moves it little.
    private const int Share = 16;

    private readonly long?[] _milliwatts = new long?[Slots];

    /// <summary>Takes a reading, W.</summary>
    public void Add(DateTimeOffset at, long watts)
    {
        ref var slot = ref _milliwatts[SlotOf(at)];
        slot = slot is { } mean ? mean + (watts * 1000 - mean) / Share : watts * 1000;
    }

    /// <summary>W expected; of the nearest earlier quarter that was heard, where this one was not. Null before the first reading.</summary>
    public long? At(DateTimeOffset at)
    {
        for (var back = 0; back < Slots; back++)
        {
            if (_milliwatts[(SlotOf(at) - back + Slots) % Slots] is { } mean)
            {
                return (mean + (mean < 0 ? -500 : 500)) / 1000;
            }
        }

        return null;
    }

    private static int SlotOf(DateTimeOffset at) => (int)(at.UtcDateTime.TimeOfDay.TotalMinutes / 15);
}
