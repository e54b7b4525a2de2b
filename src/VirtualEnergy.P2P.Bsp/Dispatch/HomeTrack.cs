namespace VirtualEnergy.P2P.Bsp.Dispatch;

/// <summary>What the control remembers of one home. Shifts are signed (− upwards, + downwards); filtered ones are in mW.</summary>
internal sealed class HomeTrack(ControlledHome home)
{
    private long _expected;
    private long _delivered;
    private DateTimeOffset? _behindSince;
    private DateTimeOffset _leftOutUntil = DateTimeOffset.MinValue;
    private int _strikes;
    private bool _wasHeard;

    public ControlledHome Home { get; set; } = home;

    /// <summary>W that it is asked for in the direction of the order, 0 or more.</summary>
    public long Asked { get; set; }

    /// <summary>W that it was told last, signed; null where it may not have heard it: at the start, and when it was silent.</summary>
    public long? Told { get; set; }

    /// <summary>W that its meter said last, and when; null before the first time.</summary>
    public HomeMeasurement? Last { get; private set; }

    public bool IsHeard { get; private set; }

    public bool IsLeftOut(DateTimeOffset now) => now < _leftOutUntil;

    /// <summary>W by which it should differ from its baseline by now, after its lag.</summary>
    public long Expected => _expected / 1000;

    /// <summary>W by which it does; 0 when it is not heard: what nobody measures does not count.</summary>
    public long Shift => IsHeard ? Last!.Value.Watts - Home.Baseline : 0;

    /// <summary>False for a measurement that says nothing new or cannot be.</summary>
    public bool TryTake(HomeMeasurement measurement, DateTimeOffset now)
    {
        if (measurement.At > now || measurement.At <= (Last?.At ?? DateTimeOffset.MinValue) || Int128.Abs(measurement.Watts) > Home.ConnectionWatts)
        {
            return false;
        }

        Last = measurement;
        return true;
    }

    /// <summary>Time has gone on by so many seconds since the last step, with what was asked then in the direction of then.</summary>
    public void Observe(DateTimeOffset now, int seconds, RegulationDirection direction, ControlSettings settings)
    {
        IsHeard = Last is { } last && (now - last.At).TotalSeconds <= settings.SilentAfterSeconds;
        if (!IsHeard)
        {
            // A home that was never heard is new, not unreliable.
            if (_wasHeard)
            {
                LeaveOut(now, settings);
            }

            (_wasHeard, _expected, _delivered, _behindSince) = (false, 0, 0, null);
            return;
        }

        if (!_wasHeard)
        {
            // What it does when it is first heard, or heard again, is where its model begins: an order may be under way.
            (_wasHeard, _expected, _delivered, Told) = (true, Shift * 1000, Shift * 1000, null);
        }

        var sign = direction == RegulationDirection.Up ? -1 : 1;
        _expected = Follow(_expected, sign * Asked, seconds, settings.LagSeconds);
        _delivered = Follow(_delivered, Shift, seconds, settings.LagSeconds);
        var should = sign * _expected;
        _behindSince = should > 0 && should >= settings.JudgedFromWatts * 1000 && sign * _delivered < should / 2 ? _behindSince ?? now : null;
        if (_behindSince is { } since && (now - since).TotalSeconds >= settings.ResponseSeconds && !IsLeftOut(now))
        {
            LeaveOut(now, settings);
            _behindSince = null;
        }
    }

    /// <summary>Another direction is wanted: nothing is asked any more, and everybody may show anew that they can.</summary>
    public void BeginAnew() => (Asked, _behindSince, _strikes, _leftOutUntil) = (0, null, 0, DateTimeOffset.MinValue);

    private void LeaveOut(DateTimeOffset now, ControlSettings settings)
    {
        var seconds = Math.Min(settings.LongestRetrySeconds, (long)settings.RetrySeconds << Math.Min(_strikes, 20));
        _strikes++;
        _leftOutUntil = now + TimeSpan.FromSeconds(seconds);
    }

    private static long Follow(long milliwatts, long watts, int seconds, int lag) =>
        milliwatts + (watts * 1000 - milliwatts) * seconds / Math.Max(1, lag + seconds);
}
