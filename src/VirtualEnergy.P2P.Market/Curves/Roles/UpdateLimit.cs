namespace VirtualEnergy.P2P.Market.Curves.Roles;

/// <summary>
/// At most one update in an interval: the first at once, and what is asked for within the interval as one when it is over, so
/// that the last is never lost.
/// </summary>
/// <remarks>Source: PowerMatcher 2.1, <c>minTimeBetweenBidUpdates</c> of its concentrator.</remarks>
/// <param name="interval">ms, not negative.</param>
public sealed class UpdateLimit(long interval)
{
    private readonly long _interval = interval >= 0 ? interval : throw new ArgumentOutOfRangeException(nameof(interval), interval, "Not negative.");
    private long? _last;
    private bool _isAsked;

    /// <summary>When the next update may be taken, ms; null when none was asked for, <see cref="long.MinValue"/> for at once.</summary>
    public long? DueAt => _isAsked ? _last + _interval ?? long.MinValue : null;

    /// <summary>There is something new.</summary>
    public void Ask() => _isAsked = true;

    /// <summary>There may be something new.</summary>
    public void AskIf(bool isNew) => _isAsked |= isNew;

    /// <summary>True when an update was asked for and its time has come; it then counts as made.</summary>
    /// <param name="now">ms on a clock that does not go back.</param>
    public bool TryTake(long now)
    {
        if (DueAt is not { } due || now < due)
        {
            return false;
        }

        (_last, _isAsked) = (now, false);
        return true;
    }
}
